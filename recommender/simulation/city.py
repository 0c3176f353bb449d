"""The made-up city as a whole: its citizens, what they tell, and everything they did. Pure, seeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.catalogue.rules import Scalar
from core.citizens.facts import EDUCATION, FACTS, FactKind
from recommender.models import ItemTraits
from recommender.simulation.citizens import District, drawn_districts, drawn_facts
from recommender.simulation.habits import Habits, drawn_habits
from recommender.simulation.lives import Happening, Need, lived, needs_of
from recommender.simulation.marks import PREFIX
from recommender.simulation.parameters import MINUTES_OF_DAY, CityParameters
from recommender.simulation.traces import Presence, Step, idle_steps, slip, steps_of_need


@dataclass(frozen=True, slots=True)
class Told:
    """A fact that a citizen told, in a minute of the city's time; a later one stands for an earlier."""

    name: str
    value: Scalar
    minute: int


@dataclass(frozen=True, slots=True)
class SimulatedCitizen:
    """One citizen.

    Attributes:
        id: Begins with `sim-`.
        facts: As they are in truth when the citizen comes first; nobody but the makers of figures sees them.
        told: What they told of it; empty without consent.
        joined: Minute of the first day at the portal.
    """

    id: str
    district: str
    facts: Mapping[str, Scalar]
    personalize: bool
    profile_facts: bool
    joined: int
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class City:
    """Citizens, items and interactions in the order of time.

    Attributes:
        published: (items,) minute from which each item is there; 0 for those of the beginning.
        steps: Interactions; `citizen` and `item` are places in the two tuples.
    """

    parameters: CityParameters
    districts: tuple[District, ...]
    items: tuple[ItemTraits, ...]
    published: NDArray[np.int64]
    citizens: tuple[SimulatedCitizen, ...]
    steps: tuple[Step, ...]


def generate(items: Sequence[ItemTraits], regions: Sequence[str], parameters: CityParameters) -> City:
    """A city of these items and districts; the same arguments make the same city.

    Args:
        items: What is published; their order does not matter.
        regions: Six-digit codes of the districts that citizens live in.

    Raises:
        ValueError: There are no items or no districts.
    """
    if not items or not regions:
        raise ValueError("a city needs service items and districts")
    ordered = tuple(sorted(items, key=lambda item: item.external_id))
    seeds = np.random.SeedSequence(parameters.seed).spawn(4)
    of_city, of_people, of_traces, of_idleness = (np.random.default_rng(seed) for seed in seeds)
    districts = drawn_districts(sorted(regions), of_city)
    habits = drawn_habits(ordered, districts, parameters, of_city)
    published = _publication(len(ordered), parameters, of_city)
    citizens, needs, shares = [], [], []
    for number in range(parameters.citizens):
        citizen, happenings, share = _citizen(number, districts, parameters, of_people)
        citizens.append(citizen)
        shares.append(share)
        needs += needs_of(number, happenings, ordered, habits, parameters, of_people)
    steps = _visible(needs, citizens, shares, ordered, published, habits, parameters, of_traces)
    presences = [Presence(n, c.district, c.joined, 2 * shares[n]) for n, c in enumerate(citizens)]
    steps += idle_steps(presences, published, habits, len(needs) * 2, parameters, of_idleness)
    kept = sorted(_within(steps, citizens, parameters), key=lambda s: (s.minute, s.citizen, s.thread, s.type))
    return City(parameters, districts, ordered, published, tuple(citizens), tuple(kept))


def _publication(size: int, parameters: CityParameters, rng: np.random.Generator) -> NDArray[np.int64]:
    later = rng.random(size) < parameters.published_later
    minutes = rng.uniform(0.2, 0.85, size) * parameters.days * MINUTES_OF_DAY
    return np.where(later, minutes, 0.0).astype(np.int64)


def _citizen(
    number: int, districts: Sequence[District], parameters: CityParameters, rng: np.random.Generator
) -> tuple[SimulatedCitizen, list[Happening], float]:
    """One citizen, their year, and the share of their needs that they bring to the portal."""
    facts = drawn_facts(districts, rng)
    comes_later = bool(rng.random() < parameters.newcomers)
    day = float(rng.uniform(0, parameters.days)) if comes_later else 0.0
    share = float(rng.beta(2.0, 2.0)) * 2 * parameters.portal * (0.5 if comes_later else 1.0)
    personalize = bool(rng.random() < parameters.personalize)
    tells = personalize and bool(rng.random() < parameters.profile_facts)
    happenings = lived(facts, day if comes_later else None, parameters, rng)
    joined = int(day) * MINUTES_OF_DAY
    told = _told(facts, joined, happenings, parameters, rng) if tells else ()
    name = f"{PREFIX}{parameters.seed}-{number:06d}"
    home = str(facts["district"])
    return SimulatedCitizen(name, home, facts, personalize, tells, joined, told), happenings, min(share, 1.0)


def _told(
    facts: Mapping[str, Scalar],
    joined: int,
    happenings: Sequence[Happening],
    parameters: CityParameters,
    rng: np.random.Generator,
) -> tuple[Told, ...]:
    told = {
        name: Told(name, _said(name, facts[name], parameters, rng), joined)
        for name, fact in FACTS.items()
        if not fact.sensitive and rng.random() < parameters.told
    }
    anew = [
        Told(name, value, max(joined, int(happening.day + 1) * MINUTES_OF_DAY))
        for happening in happenings
        for name, value in happening.after.items()
        if name in told and value != happening.before[name] and rng.random() < parameters.told_again
    ]
    return (*told.values(), *sorted(anew, key=lambda one: one.minute))


def _said(name: str, value: Scalar, parameters: CityParameters, rng: np.random.Generator) -> Scalar:
    """The truth, but for a slip."""
    if rng.random() >= parameters.told_wrong:
        return value
    kind = FACTS[name].kind
    if kind is FactKind.FLAG:
        return not value
    if kind is FactKind.NUMBER:
        return max(0, int(value) + int(rng.integers(-3, 4)))
    return str(rng.choice(list(EDUCATION))) if kind is FactKind.CHOICE else value


def _visible(
    needs: Sequence[Need],
    citizens: Sequence[SimulatedCitizen],
    shares: Sequence[float],
    items: Sequence[ItemTraits],
    published: NDArray[np.int64],
    habits: Habits,
    parameters: CityParameters,
    rng: np.random.Generator,
) -> list[Step]:
    """The steps of those needs that are brought to the portal, once the item is published."""
    steps: list[Step] = []
    for number, need in enumerate(needs):
        if rng.random() >= shares[need.citizen] or need.minute < published[need.item]:
            continue
        if rng.random() < parameters.mistake:
            reach = habits.reach[citizens[need.citizen].district] & (published < need.minute)
            steps += slip(need, 2 * number + 1, items, reach, rng)
        steps += steps_of_need(need, 2 * number, parameters, rng)
    return steps


def _within(
    steps: Sequence[Step], citizens: Sequence[SimulatedCitizen], parameters: CityParameters
) -> list[Step]:
    last = parameters.days * MINUTES_OF_DAY
    return [step for step in steps if citizens[step.citizen].joined <= step.minute < last]
