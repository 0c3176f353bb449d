"""A made-up catalogue of service items, for cities larger than the demonstration one. Pure, seeded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.catalogue.rules import Group, Leaf, Rule
from recommender.models import ItemTraits
from recommender.simulation.happenings import LIFE_EVENTS

_WORDS = tuple(dict.fromkeys(word for event in LIFE_EVENTS for word in event.words))
_CONDITIONS = (
    Leaf("hukou_city", "eq", True), Leaf("resident", "eq", True), Leaf("insured", "eq", True),
    Leaf("age", "ge", 18), Leaf("age", "le", 35), Leaf("age", "ge", 60), Leaf("children", "ge", 1),
    Leaf("employed", "eq", True), Leaf("owns_home", "eq", False), Leaf("insured_months", "ge", 12),
    Leaf("business_owner", "eq", True), Leaf("married", "eq", True),
)  # fmt: skip


def made_catalogue(size: int, regions: Sequence[str], seed: int = 1) -> tuple[ItemTraits, ...]:
    """So many items: themes of about ten, one to three words of life events, none to three conditions."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(7,)))
    return tuple(_item(number, size, regions, rng) for number in range(size))


def _item(number: int, size: int, regions: Sequence[str], rng: np.random.Generator) -> ItemTraits:
    theme = int(rng.integers(max(1, size // 10)))
    first = theme * 3 % len(_WORDS)
    # Items of a theme mostly share their first word, as those of a real catalogue do.
    words = [_WORDS[first]] if rng.random() < 0.7 else []
    words += [_WORDS[int(n)] for n in rng.choice(len(_WORDS), int(rng.integers(1, 3)), replace=False)]
    city = regions[0][:4] + "00"
    region = city if rng.random() < 0.9 else regions[int(rng.integers(len(regions)))]
    return ItemTraits(
        id=number + 1,
        external_id=f"made-{number:05d}",
        name=f"事项{number}",
        region=region,
        agency=f"部门{theme % 18}",
        theme=f"主题{theme}",
        audience=("法人",) if rng.random() < 0.05 else ("个人",),
        life_events=tuple(dict.fromkeys(words)),
        sensitive=bool(rng.random() < 0.1),
        rule=_rule(rng),
    )


def _rule(rng: np.random.Generator) -> Rule | None:
    chosen = rng.choice(len(_CONDITIONS), int(rng.choice(4, p=(0.1, 0.5, 0.3, 0.1))), replace=False)
    parts = tuple(_CONDITIONS[int(n)] for n in chosen)
    return Group("all", parts) if parts else None
