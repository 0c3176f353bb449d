"""When a citizen of the made-up city acts, and what would have been right to offer just before. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.catalogue.regions import scope
from recommender.models import InteractionType
from recommender.simulation.city import City
from recommender.simulation.parameters import MINUTES_OF_DAY
from recommender.simulation.traces import Step

HORIZON_DAYS: Final = 30
# A look alone may be curiosity.
ACTED: Final = frozenset(
    {InteractionType.ASK, InteractionType.OPEN_LINK, InteractionType.APPLY, InteractionType.FINISH}
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A citizen about to act on an item that is new to them.

    Attributes:
        citizen: Place in the city.
        relevant: Ids of the items acted on within `HORIZON_DAYS` that the citizen had nothing to do with
            before, and that could be offered: published by now, of the district, not sensitive.
    """

    citizen: int
    minute: int
    relevant: frozenset[int]


def moments(city: City, first: int, last: int) -> list[Moment]:
    """All from one minute to before another, in the order of time; at most one of a citizen and day."""
    of_citizen: dict[int, list[Step]] = defaultdict(list)
    for step in city.steps:
        of_citizen[step.citizen].append(step)
    found = [
        moment for citizen, steps in of_citizen.items() for moment in _of(city, citizen, steps, first, last)
    ]
    return sorted(found, key=lambda one: (one.minute, one.citizen))


def _of(city: City, citizen: int, steps: Sequence[Step], first: int, last: int) -> list[Moment]:
    within = scope(city.citizens[citizen].district)
    known: set[int] = set()
    found: list[Moment] = []
    day = -1
    for number, step in enumerate(steps):
        today = step.minute // MINUTES_OF_DAY
        acts = step.type in ACTED and step.item not in known
        if acts and first <= step.minute < last and today != day:
            wanted = {
                later.item
                for later in steps[number:]
                if later.type in ACTED and later.minute < step.minute + HORIZON_DAYS * MINUTES_OF_DAY
            }
            relevant = frozenset(
                city.items[item].id
                for item in wanted - known
                if city.published[item] <= step.minute
                and not city.items[item].sensitive
                and city.items[item].region in within
            )
            if relevant:
                found.append(Moment(citizen, step.minute, relevant))
                day = today
        known.add(step.item)
    return found
