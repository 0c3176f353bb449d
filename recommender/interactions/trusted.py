"""What others may learn from, whoever reads it: the one definition for what is popular and for training.

Of each citizen, item, type and day one interaction, however often it came. Of citizens who never asked, nor
had anything reported by an agency, a model learns nothing, since clicks alone cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from core.catalogue.tables import service_item
from recommender.interactions.items import is_sensitive
from recommender.interactions.tables import interaction
from recommender.models import InteractionType, Origin

_AT_ONCE: Final = 10_000


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
    """What happened since an instant, by citizen and item; without dismissals and sensitive items."""
    table = interaction
    of_day = (table.c.citizen, table.c.item_id, table.c.type, table.c.origin, table.c.day)
    last = (
        select(func.max(table.c.number).label("number"))
        .where(table.c.occurred_at >= since, *trusted(), table.c.citizen.in_(vouched()))
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
        interaction.c.type != InteractionType.DISMISS.value,
        interaction.c.item_id.not_in(sensitive),
    )


def vouched() -> Select[tuple[str]]:
    """Citizens for whom more speaks than what their browser sends."""
    other = interaction.alias("other")
    said = and_(other.c.counts, other.c.origin != Origin.CLIENT.value)
    return select(other.c.citizen).where(said).distinct()
