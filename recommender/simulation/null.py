"""The null city: as many of everything, and nothing that says anything about anything else. Pure, seeded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.models import ItemTraits
from recommender.simulation.city import City


def without_structure(city: City) -> City:
    """The same city with every citizen's every wish drawn anew from what all wish for.

    Citizens, districts, facts, times, kinds of interactions and how many each citizen has stay as they are,
    and so does how often each item is wished for, but for chance. What an item says of itself (conditions,
    theme, agency, life events) is taken off: nobody's choices follow it any more, so that to keep to it would
    be to lose. Items are drawn among those published by then, whatever the citizen's district.
    """
    rng = np.random.default_rng(np.random.SeedSequence(city.parameters.seed, spawn_key=(99,)))
    wishes = {step.thread: step.item for step in reversed(city.steps)}
    counts = np.bincount(list(wishes.values()), minlength=len(city.items)).astype(np.float64)
    drawn: dict[int, int] = {}
    for step in city.steps:
        if step.thread not in drawn:
            drawn[step.thread] = _drawn(counts, city.published <= step.minute, rng)
    steps = tuple(replace(step, item=drawn[step.thread]) for step in city.steps)
    return replace(city, items=tuple(map(bare, city.items)), steps=steps)


def bare(item: ItemTraits) -> ItemTraits:
    """An item that says nothing of itself; of the whole city."""
    region = item.region[:4] + "00"
    return ItemTraits(item.id, item.external_id, item.name, region, since=item.since, url=item.url)


def _drawn(counts: NDArray[np.float64], there: NDArray[np.bool_], rng: np.random.Generator) -> int:
    weights = np.where(there, counts, 0.0)
    return int(rng.choice(len(weights), p=weights / weights.sum()))
