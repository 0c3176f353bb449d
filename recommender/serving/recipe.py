"""Which sources take part, in which order, and how much each one's word counts. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.errors import BadInput
from recommender.serving import sources
from recommender.serving.sources import Source

FALLBACK: Final = "fallback"
SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "lightfm": sources.lightfm,
        "similar": sources.similar,
        "life_event": sources.life_event,
        "eligible": sources.eligible,
        "popular": sources.popular,
        "new": sources.new,
    }
)
# Sources that need nothing of the citizen but the district chosen.
NON_PERSONAL: Final = frozenset({"popular", "new"})
# How much each one's best proposal counts.
WEIGHTS: Final = MappingProxyType(
    {"lightfm": 1.0, "similar": 0.6, "life_event": 0.9, "eligible": 0.5, "popular": 0.3, "new": 0.2}
)
# What is left of a score for each condition of which it is not known whether it is met.
UNKNOWN: Final = 0.85
# How much of a score an item loses that is entirely like one chosen before.
ALIKE: Final = 0.25


@dataclass(frozen=True)
class Recipe:
    """Which sources make lists.

    Attributes:
        order: Names of sources; what several propose alike is told as the first one's.

    Raises:
        BadInput: A source is unknown, named twice or missing.
    """

    order: tuple[str, ...] = tuple(SOURCES)

    def __post_init__(self) -> None:
        known = ", ".join(SOURCES)
        if not self.order or set(self.order) - set(SOURCES) or len(set(self.order)) < len(self.order):
            raise BadInput(f"RECOMMENDER_SOURCES: some of {known}, each once, separated by commas")

    def taking_part(self, *, personal: bool, only: Collection[str] | None) -> Sequence[str]:
        """Names of the sources of one list, in order."""
        usable = [name for name in self.order if personal or name in NON_PERSONAL]
        return usable if only is None else [name for name in usable if name in only]


def recipe(order: str) -> Recipe:
    """The recipe of a setting such as `life_event, popular`.

    Raises:
        BadInput: It names a source that there is not, one twice, or none.
    """
    return Recipe(tuple(name.strip() for name in order.split(",") if name.strip()))
