"""A recommender and profiles that obey, and makers of what is recommended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from core.catalogue.rules import Scalar, Verdict
from recommender.eligibility import Assessment
from recommender.models import ItemTraits, Recommendation, Recommended


class Recommending:
    """A recommender that recommends what it is told; records what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, str | None, int, tuple[int, ...], bool]] = []
        self.found = Recommended()
        self.error: Exception | None = None
        self.delay_s = 0.0
        self.prepared = 0

    async def prepare(self) -> None:
        self.prepared += 1

    async def recommend(
        self, citizen: str | None, region: str | None, k: int, context: tuple[int, ...], personal: bool
    ) -> Recommended:
        self.asked.append((citizen, region, k, context, personal))
        await asyncio.sleep(self.delay_s)
        if self.error:
            raise self.error
        return replace(self.found, personalized=self.found.personalized and personal)


class Profiles:
    """What is kept of citizens, in memory."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, Scalar]] = {}
        self.dismissed: set[tuple[str, int, bool]] = set()
        self.error: Exception | None = None

    def facts(self, citizen: str) -> dict[str, Scalar]:
        return self.told.get(citizen, {})

    def tell(self, citizen: str, fact: str, value: Scalar) -> None:
        self.told.setdefault(citizen, {})[fact] = value

    def dismiss(self, citizen: str, item: int, *, theme: bool) -> None:
        if self.error:
            raise self.error
        self.dismissed.add((citizen, item, theme))

    def restore(self, citizen: str, item: int, *, theme: bool) -> bool:
        held = (citizen, item, theme) in self.dismissed
        self.dismissed.discard((citizen, item, theme))
        return held


def recommendation(
    number: int,
    name: str,
    theme: str | None = "生育",
    missing: tuple[str, ...] = (),
    source: str = "similar",
    **traits: Any,
) -> Recommendation:
    """One item that is offered; with facts that are missing it is not known whether it fits."""
    item = ItemTraits(
        number, f"i{number}", name, "990100", agency="示例市卫生健康委员会", theme=theme, **traits
    )
    verdict = Verdict("unknown", 1, 1 + len(missing), missing) if missing else Verdict("eligible", 2, 2, ())
    told = Assessment(verdict, "还不清楚是否符合。" if missing else "按您提供的情况，符合公布的条件。")
    return Recommendation(item, source, f"因为您问过新生儿医保，{name}常一起办", 1.0 / number, told)


def recommended(*items: Recommendation, personalized: bool = True) -> Recommended:
    """A list of them."""
    return Recommended(items, personalized, "m1")
