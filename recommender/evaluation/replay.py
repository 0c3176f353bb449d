"""A made-up city as recommending would have seen it at an instant: states, popularity, items. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from core.clock import SHANGHAI
from recommender.models import CitizenState, Interaction, InteractionType, ItemTraits
from recommender.simulation.city import City
from recommender.simulation.parameters import MINUTES_OF_DAY
from recommender.simulation.traces import Step

MOST_RECENT: Final = 50
_DONE: Final = frozenset({InteractionType.APPLY, InteractionType.FINISH})
# As the popular list counts: so many days, of which the later count more.
POPULAR_DAYS: Final = 90
POPULAR_HALF_DAYS: Final = 30.0


class Replay:
    """Implements `recommender.ports.Popularity` and `Items` as of the minute it was moved to.

    Nothing of a sensitive item is linked to anybody, and nothing at all to who has not agreed.
    """

    def __init__(self, city: City) -> None:
        self.city = city
        self._minute = 0
        self._ids = [item.id for item in city.items]
        self._steps: dict[int, list[Step]] = defaultdict(list)
        for step in city.steps:
            if city.citizens[step.citizen].personalize and not city.items[step.item].sensitive:
                self._steps[step.citizen].append(step)
        self._minutes = {citizen: [one.minute for one in steps] for citizen, steps in self._steps.items()}
        self._published = lru_cache(maxsize=4)(self._published_by)
        self._counted = lru_cache(maxsize=4096)(self._counts)

    def move_to(self, minute: int) -> None:
        """From now on it is this minute."""
        self._minute = minute

    @property
    def minute(self) -> int:
        """The minute it is."""
        return self._minute

    def instant(self, minute: int) -> datetime:
        """The minute as an instant."""
        first = datetime.combine(self.city.parameters.start, time(), SHANGHAI)
        return first + timedelta(minutes=minute)

    def today(self) -> date:
        """The day of the minute it is."""
        return self.city.parameters.start + timedelta(days=self._minute // MINUTES_OF_DAY)

    def before(self, citizen: int) -> Sequence[Step]:
        """What is linked to a citizen from before this minute."""
        steps = self._steps.get(citizen, [])
        return steps[: bisect_left(self._minutes.get(citizen, []), self._minute)]

    def state(self, citizen: int) -> CitizenState:
        """What may be used of a citizen now."""
        one = self.city.citizens[citizen]
        if not one.personalize:
            return CitizenState(region=one.district)
        steps = self.before(citizen)
        kept = [step for step in reversed(steps) if step.type is not InteractionType.DISMISS]
        return CitizenState(
            personalized=True,
            facts={told.name: told.value for told in one.told if told.minute <= self._minute},
            recent=tuple(self._interaction(step) for step in kept[:MOST_RECENT]),
            done=frozenset(self._ids[step.item] for step in steps if step.type in _DONE),
            dismissed_items=frozenset(
                self._ids[step.item] for step in steps if step.type is InteractionType.DISMISS
            ),
            region=one.district,
        )

    def _interaction(self, step: Step) -> Interaction:
        return Interaction(
            event_id=f"{step.thread}.{step.minute}.{step.type}",
            item_id=self._ids[step.item],
            type=step.type,
            origin=step.origin,
            occurred_at=self.instant(step.minute),
            value=float(step.value) if step.value else None,
        )

    def trained_on(self) -> Iterator[tuple[str, Interaction]]:
        """Citizen and interaction of everything that is linked to somebody by now."""
        for citizen in sorted(self._steps):
            for step in self.before(citizen):
                yield self.city.citizens[citizen].id, self._interaction(step)

    def told(self) -> Iterator[tuple[str, str, bool | int | float | str]]:
        """Citizen, name and value of every fact told by now; later ones after earlier ones."""
        for one in self.city.citizens:
            for told in one.told:
                if told.minute <= self._minute:
                    yield one.id, told.name, told.value

    def counts(self, region: str | None, today: date) -> Mapping[int, float]:
        """By item: distinct citizens of the district up to the day before, later days counting more."""
        return self._counted(region, today)

    def _counts(self, region: str | None, today: date) -> Mapping[int, float]:
        day = (today - self.city.parameters.start).days
        latest: dict[tuple[int, int], int] = {}
        for citizen, steps in self._steps.items():
            if region is not None and self.city.citizens[citizen].district != region:
                continue
            for step in steps[: bisect_left(self._minutes[citizen], day * MINUTES_OF_DAY)]:
                if step.type is not InteractionType.DISMISS:
                    latest[citizen, step.item] = step.minute // MINUTES_OF_DAY
        counts: dict[int, float] = defaultdict(float)
        for (_, item), last in latest.items():
            if day - last <= POPULAR_DAYS:
                counts[self._ids[item]] += float(0.5 ** ((day - last) / POPULAR_HALF_DAYS))
        return dict(counts)

    def all(self) -> Mapping[int, ItemTraits]:
        """What is published by now, with the instant since when."""
        return self._published(int((self.city.published <= self._minute).sum()))

    def _published_by(self, _: int) -> Mapping[int, ItemTraits]:
        # What the citizens of the city's making had to wait for is as new as they found it.
        return {
            item.id: replace(item, since=self.instant(int(minute)))
            for item, minute in zip(self.city.items, self.city.published, strict=True)
            if minute <= self._minute
        }

    def shown(self, ids: Sequence[int], region: str | None, today: date) -> frozenset[int]:
        """Those that are published; the district was looked at before."""
        return frozenset(self.all()) & frozenset(ids)

