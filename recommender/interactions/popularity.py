"""What many citizens look for lately: citizens, not clicks, as far as they count."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, Final, TypeGuard

from sqlalchemy import ColumnElement, Engine, Row, func, or_, select

from core.catalogue.models import NATIONAL
from core.database.engine import reading
from recommender.interactions.tables import interaction
from recommender.interactions.trusted import trusted, vouched
from recommender.models import InteractionType

WINDOW_DAYS: Final = 28
HALF_LIFE_DAYS: Final = 14.0
# Of who only clicks: a quarter of a citizen each, and for one item so many in all.
OF_CLICKS: Final = 0.25
MOST_OF_CLICKS: Final = 5.0
# Who rates so or worse does not speak for an item.
_DISLIKED: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Counted:
    day: date
    at: float
    counts: Mapping[int, float]


class PopularItems:
    """`recommender.ports.Popularity` over the interactions.

    Args:
        engine: Database.
        fresh_s: Seconds for which what was counted is used again.
        clock: Seconds that only grow.
    """

    def __init__(
        self, engine: Engine, fresh_s: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._fresh_s = fresh_s
        self._clock = clock
        self._counted: dict[str | None, _Counted] = {}
        self._counting = threading.Lock()

    def counts(self, region: str | None, today: date) -> Mapping[int, float]:
        """By item: each citizen once, by the day on which they came last, half after two weeks.

        Args:
            region: Six-digit code; of a city or a province its districts as well, None counts all.
            today: The citizens' day.
        """
        held = self._counted.get(region)
        if self._is_fresh(held, today):
            return held.counts
        # While one request counts, the others go on with what was counted last.
        if held is not None and self._counting.locked():
            return held.counts
        with self._counting:
            held = self._counted.get(region)
            if not self._is_fresh(held, today):
                held = _Counted(today, self._clock(), self._count(region, today))
                # Districts are few; those that nobody asks for any more go with their day.
                kept = {one: last for one, last in self._counted.items() if last.day == today}
                self._counted = {**kept, region: held}
        return held.counts

    def _is_fresh(self, held: _Counted | None, today: date) -> TypeGuard[_Counted]:
        return held is not None and held.day == today and self._clock() - held.at < self._fresh_s

    def _count(self, region: str | None, today: date) -> Mapping[int, float]:
        asked: dict[int, float] = defaultdict(float)
        clicked: dict[int, float] = defaultdict(float)
        for row in self._rows(region, today):
            citizens = row.citizens * 0.5 ** ((today - row.day).days / HALF_LIFE_DAYS)
            (asked if row.vouched else clicked)[row.item_id] += citizens
        return {
            item: asked[item] + min(OF_CLICKS * clicked[item], MOST_OF_CLICKS)
            for item in sorted({*asked, *clicked})
        }

    def _rows(self, region: str | None, today: date) -> list[Row[Any]]:
        table, before = interaction, today - timedelta(days=WINDOW_DAYS)
        # An agency may hand in late what is long past.
        happened = table.c.occurred_at >= datetime.combine(before, time_of_day(), UTC)
        lately = (table.c.day > before, table.c.day <= today, happened)
        liked = or_(table.c.type != InteractionType.RATE.value, table.c.value > _DISLIKED)
        citizens = (
            select(table.c.item_id, table.c.citizen, func.max(table.c.day).label("day"))
            .where(*lately, *trusted(), liked, *_within(region))
            .group_by(table.c.item_id, table.c.citizen)
            .subquery()
        )
        speaks = vouched(citizens.c.citizen).label("vouched")
        columns = (citizens.c.item_id, citizens.c.day, speaks, func.count().label("citizens"))
        by_day = select(*columns).group_by(citizens.c.item_id, citizens.c.day, speaks)
        with reading(self._engine) as connection:
            return list(connection.execute(by_day).all())


def _within(region: str | None) -> list[ColumnElement[bool]]:
    if region is None or region == NATIONAL:
        return []
    own = region.rstrip("0")
    # Codes go by pairs: a zero may belong to the pair.
    prefix = region[: len(own) + len(own) % 2]
    if len(prefix) == len(region):
        return [interaction.c.district == region]
    return [interaction.c.district.startswith(prefix, autoescape=True)]
