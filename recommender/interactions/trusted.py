"""What others may learn from, whoever reads it: the one definition for what is popular and for training.

Of each citizen, item, type and day one interaction, however often it came. Of citizens who never asked, nor
had anything reported by an agency, a model learns nothing, since clicks alone cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Exists, exists, func, literal_column, select

from core.catalogue.tables import service_item
from recommender.interactions.items import is_sensitive
from recommender.interactions.tables import interaction
from recommender.models import SPEAKING, InteractionType, Origin

_AT_ONCE: Final = 10_000
# What was only shown is no demand: what is offered most would be wanted most.
_SPEAKING: Final = tuple(one.value for one in SPEAKING)


@dataclass(frozen=True, slots=True)
class Trusted:
    """One row of what a model learns from; `value` is the last one of the day."""

    citizen: str
    item_id: int
    type: InteractionType
    origin: Origin
    value: float | None
    occurred_at: datetime


def trusted_interactions(connection: Connection, since: datetime) -> Iterator[Trusted]:
    """What happened since an instant, by citizen and item; without views, dismissals and sensitive items."""
    table = interaction
    of_day = (table.c.citizen, table.c.item_id, table.c.type, table.c.origin, table.c.day)
    last = (
        select(func.max(table.c.number).label("number"))
        .where(table.c.occurred_at >= since, *trusted(), vouched(table.c.citizen))
        .group_by(*of_day)
        .subquery()
    )
    told = (
        table.c.citizen,
        table.c.item_id,
        table.c.type,
        table.c.origin,
        table.c.value,
        table.c.occurred_at,
    )
    rows = select(*told).join(last, last.c.number == table.c.number)
    in_order = rows.order_by(table.c.citizen, table.c.item_id, table.c.number)
    found = connection.execution_options(yield_per=_AT_ONCE).execute(in_order)
    for row in found:
        kind, origin = InteractionType(row.type), Origin(row.origin)
        yield Trusted(row.citizen, row.item_id, kind, origin, row.value, row.occurred_at)


def trusted() -> tuple[ColumnElement[bool], ...]:
    """Which rows of the interactions count."""
    sensitive = select(service_item.c.id).where(is_sensitive())
    return (
        interaction.c.counts,
        interaction.c.type.in_(_SPEAKING),
        interaction.c.item_id.not_in(sensitive),
    )


def vouched(citizen: ColumnElement[str]) -> Exists:
    """Whether more speaks for the citizen than what their browser sends."""
    other = interaction.alias("other")
    # In words, not as a parameter: otherwise no database sees that its index is of just these rows.
    said = other.c.origin != literal_column(f"'{Origin.CLIENT.value}'")
    return exists().where(other.c.citizen == citizen, other.c.counts, said)
