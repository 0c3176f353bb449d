"""Reads from SQL what citizens did and told, of those alone who agree to it now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, exists, select

from core.catalogue.rules import Scalar
from core.citizens.consents import Purpose
from core.citizens.tables import IN_FORCE, consent
from recommender.interactions.tables import interaction
from recommender.models import Interaction, InteractionType, Origin
from recommender.profile.tables import profile_fact
from recommender.training.window import Sources

_AT_ONCE: Final = 5_000


def trusted_interactions(connection: Connection, since: datetime) -> Iterator[tuple[str, Interaction]]:
    """Citizen and interaction since an instant; what caps against abuse have taken out is not among them."""
    table = interaction
    statement = select(
        table.c.citizen, table.c.item_id, table.c.type, table.c.origin, table.c.value, table.c.occurred_at
    ).where(table.c.counts, table.c.occurred_at >= since, _agrees(table.c.citizen, Purpose.PERSONALIZE))
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(statement):
        yield row.citizen, Interaction(
            event_id="",
            item_id=row.item_id,
            type=InteractionType(row.type),
            origin=Origin(row.origin),
            occurred_at=row.occurred_at,
            value=row.value,
        )


def told_facts(connection: Connection) -> Iterator[tuple[str, str, Scalar]]:
    """Citizen, name and value of each fact that may be used for recommending."""
    table = profile_fact
    agree = (_agrees(table.c.citizen, one) for one in (Purpose.PERSONALIZE, Purpose.PROFILE_FACTS))
    statement = select(table.c.citizen, table.c.name, table.c.value).where(*agree)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(statement):
        yield row.citizen, row.name, row.value


def _agrees(citizen: ColumnElement[str], purpose: Purpose) -> ColumnElement[bool]:
    return exists().where(consent.c.citizen == citizen, consent.c.purpose == purpose.value, IN_FORCE)


SOURCES: Final = Sources(trusted_interactions, told_facts)
