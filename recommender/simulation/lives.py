"""A year of a citizen's life: events that lead to further ones, and what each makes needed. Pure, seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from core.catalogue.rules import Scalar
from recommender.models import ItemTraits
from recommender.simulation.habits import Habits, may_have
from recommender.simulation.happenings import LIFE_EVENTS, LifeEvent
from recommender.simulation.parameters import MINUTES_OF_DAY, CityParameters

# Events that began before the first day still have their late needs within it.
LEAD_DAYS = 60
MOST_EVENTS = 12
_BY_NAME = {event.name: event for event in LIFE_EVENTS}


@dataclass(frozen=True, slots=True)
class Happening:
    """A life event of a citizen, on a day (of the city's time, negative before it)."""

    event: LifeEvent
    day: float
    before: dict[str, Scalar]
    after: dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Need:
    """An item that a citizen wants, in a minute of the city's time; hidden from everybody."""

    citizen: int
    item: int
    minute: int


def lived(
    facts: dict[str, Scalar], joined: float | None, parameters: CityParameters, rng: np.random.Generator
) -> list[Happening]:
    """The events of one citizen in the order of time; a newcomer has one on the day of joining."""
    first = -float(LEAD_DAYS) if joined is None else joined
    waiting: list[tuple[float, LifeEvent]] = []
    for event in LIFE_EVENTS:
        if event.can_happen_to(facts):
            years = (parameters.days - first) / 365
            for _ in range(int(rng.poisson(event.rate * years))):
                waiting.append((_seasonal_day(event, first, parameters, rng), event))
    if joined is not None:
        waiting.append((joined, _cause_to_come(facts, rng)))
    happened: list[Happening] = []
    while waiting and len(happened) < MOST_EVENTS:
        waiting.sort(key=lambda entry: (entry[0], entry[1].name))
        day, event = waiting.pop(0)
        if not event.can_happen_to(facts):
            continue
        after = event.after(facts)
        happened.append(Happening(event, day, facts, after))
        facts = after
        for name, chance, days in event.leads_to:
            if rng.random() < chance:
                waiting.append((day + float(rng.gamma(3.0, days / 3)), _BY_NAME[name]))
    return happened


def _cause_to_come(facts: dict[str, Scalar], rng: np.random.Generator) -> LifeEvent:
    possible = [event for event in LIFE_EVENTS if event.rate and event.can_happen_to(facts)]
    rates = np.array([event.rate for event in possible])
    return possible[int(rng.choice(len(possible), p=rates / rates.sum()))]


def _seasonal_day(
    event: LifeEvent, first: float, parameters: CityParameters, rng: np.random.Generator
) -> float:
    """By rejection: a day is taken with its month's weight over the largest."""
    highest = max(event.season)
    while True:
        day = float(rng.uniform(first, parameters.days))
        month = (parameters.start + timedelta(days=int(day // 1))).month
        if rng.random() * highest <= event.season[month - 1]:
            return day


def needs_of(
    citizen: int,
    happenings: Sequence[Happening],
    items: Sequence[ItemTraits],
    habits: Habits,
    parameters: CityParameters,
    rng: np.random.Generator,
) -> list[Need]:
    """What one citizen's events make needed, each item once."""
    wanted: dict[int, Need] = {}
    for happening in happenings:
        for item in np.flatnonzero(_drawn(happening, habits, rng)).tolist():
            allowed = may_have(items[item], happening.before, happening.after)
            if item in wanted or (not allowed and rng.random() >= parameters.mistake):
                continue
            delay = habits.delay_days[happening.event.name][item] * float(rng.lognormal(0.0, 0.5))
            wanted[item] = Need(citizen, item, _at_daytime(happening.day + delay, rng))
    return list(wanted.values())


def _drawn(happening: Happening, habits: Habits, rng: np.random.Generator) -> NDArray[np.bool_]:
    home, work = str(happening.after["district"]), str(happening.after["work_district"])
    chances = habits.chance[happening.event.name] * habits.uptake[home]
    reached = habits.reach[home] | habits.reach[work]
    drawn: NDArray[np.bool_] = reached & (rng.random(len(chances)) < chances)
    return drawn


def _at_daytime(day: float, rng: np.random.Generator) -> int:
    """The minute: between eight in the morning and ten in the evening."""
    return int(day // 1) * MINUTES_OF_DAY + int(rng.integers(8 * 60, 22 * 60))
