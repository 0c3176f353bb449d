"""Reads from SQL what citizens did and told, of those alone who agree to it now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, exists, select

from core.catalogue.rules import Scalar
from core.citizens.consents import Purpose
from core.citizens.tables import IN_FORCE, consent
from recommender.interactions.trusted import trusted_interactions
from recommender.profile.tables import profile_fact
from recommender.training.window import Sources

_AT_ONCE: Final = 5_000


def told_facts(connection: Connection) -> Iterator[tuple[str, str, Scalar, datetime]]:
    """Citizen, name and value of each fact that may be used for recommending, and when it was told."""
    table = profile_fact
    agree = (_agrees(table.c.citizen, one) for one in (Purpose.PERSONALIZE, Purpose.PROFILE_FACTS))
    statement = select(table.c.citizen, table.c.name, table.c.value, table.c.told_at).where(*agree)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(statement):
        yield row.citizen, row.name, row.value, row.told_at


def _agrees(citizen: ColumnElement[str], purpose: Purpose) -> ColumnElement[bool]:
    return exists().where(consent.c.citizen == citizen, consent.c.purpose == purpose.value, IN_FORCE)


SOURCES: Final = Sources(trusted_interactions, told_facts)
