"""Which items a life event makes people need, how surely and how soon: the city's hidden structure. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.catalogue.rules import Scalar, evaluate
from recommender.models import ItemTraits
from recommender.simulation.citizens import District
from recommender.simulation.happenings import LIFE_EVENTS, LifeEvent
from recommender.simulation.parameters import CityParameters


@dataclass(frozen=True, slots=True)
class Habits:
    """What belongs together, and how much each district takes up.

    Attributes:
        chance: Event's name → (items,) chance that the event makes an item needed.
        delay_days: Event's name → (items,) days that typically pass until then.
        uptake: District's code → (items,) factor on that chance.
        reach: District's code → (items,) whether the item is for those who live or work there.
    """

    chance: Mapping[str, NDArray[np.float64]]
    delay_days: Mapping[str, NDArray[np.float64]]
    uptake: Mapping[str, NDArray[np.float64]]
    reach: Mapping[str, NDArray[np.bool_]]


def drawn_habits(
    items: Sequence[ItemTraits],
    districts: Sequence[District],
    parameters: CityParameters,
    rng: np.random.Generator,
) -> Habits:
    """The city's habits: what items say of life events is a part of it, never the whole."""
    chance, delay = {}, {}
    for event in LIFE_EVENTS:
        chance[event.name], delay[event.name] = _of_event(event, items, parameters, rng)
    uptake = {d.code: np.exp(rng.normal(0.0, parameters.uneven, len(items))) for d in districts}
    reach = {d.code: np.array([_covers(item.region, d.code) for item in items]) for d in districts}
    return Habits(chance, delay, uptake, reach)


def _of_event(
    event: LifeEvent, items: Sequence[ItemTraits], parameters: CityParameters, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    size = len(items)
    tagged = np.array([bool(set(event.words) & set(item.life_events)) for item in items], dtype=bool)
    foremost = np.array([item.life_events[:1] in [(word,) for word in event.words] for item in items])
    of_tagged = np.clip(rng.beta(1.6, 2.2, size) * np.where(foremost, 1.25, 0.8), 0.02, 0.95)
    # Few who fall ill are disabled or in want afterwards.
    of_tagged = of_tagged * np.where([item.sensitive for item in items], 0.4, 1.0)
    others = np.where(rng.random(size) < parameters.untagged, rng.uniform(0.15, 0.5, size), 0.0)
    days = np.exp(rng.uniform(np.log(0.5), np.log(50.0), size))
    return np.where(tagged, of_tagged, others), days


def _covers(region: str, district: str) -> bool:
    """Whether an item of the region is for the district: codes end in pairs of zeros above it."""
    prefix = region
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    return district.startswith(prefix)


def may_have(item: ItemTraits, *facts: Mapping[str, Scalar]) -> bool:
    """Whether the item's rule and audience let a citizen have it under any of these facts."""
    for_firms = item.audience == ("法人",)
    return any(
        (item.rule is None or evaluate(item.rule, known).verdict != "not_eligible")
        and (not for_firms or bool(known["business_owner"]))
        for known in facts
    )
