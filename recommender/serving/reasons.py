"""Why an item is offered, as the citizen reads it; always what its score is owed to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from recommender.models import InteractionType
from recommender.serving.columns import Columns
from recommender.serving.life_events import official
from recommender.serving.recipe import FALLBACK
from recommender.serving.sources import Proposal
from recommender.serving.wanted import Seed, Wanted

# From so many citizens on it is said that many look for it; whether they apply is not known.
MANY: Final = 10
_DONE: Final = {
    InteractionType.ASK: "问过",
    InteractionType.APPLY: "申请过",
    InteractionType.FINISH: "办过",
    InteractionType.RATE: "评价过",
}
_LOOKED: Final = "看过"
_PLAIN: Final = {
    "eligible": "您填写的情况符合它能自动核对的条件",
    "new": "新上线的服务",
    FALLBACK: "常见事项",
}
_BY_FACTS: Final = "根据您填写的情况推荐"


def reason(
    source: str,
    place: int,
    proposal: Proposal | None,
    wanted: Wanted,
    columns: Columns,
    causes: Sequence[tuple[int, float]],
    district: str | None,
) -> str:
    """A short sentence.

    Args:
        source: What the item is owed to.
        proposal: That source's; None of the fallback list.
        causes: By the model: items of the history that speak for this one, the most telling first.
        district: Name of the citizen's district, where it is known.
    """
    if proposal is None or source in _PLAIN:
        return _PLAIN.get(source, _PLAIN[FALLBACK])
    if source == "lightfm":
        return _of_model(causes, wanted, columns)
    if proposal.owed is not None:
        owed = proposal.owed(place)
        if owed.event is not None:
            return f"与“{official(owed.event)}”这件事常一起办"
        if owed.seed is not None:
            return _of_seed(owed.seed, columns, owed.paper)
    return _of_many(place, proposal, district)


def _of_model(causes: Sequence[tuple[int, float]], wanted: Wanted, columns: Columns) -> str:
    for item, share in causes:
        cause = columns.place(item)
        if cause is not None and share > 0:
            return _of_seed(Seed(cause, item, 1.0, wanted.done_with.get(item)), columns)
    return _BY_FACTS if wanted.facts else "关心类似事项的人也常看"


def _of_seed(seed: Seed, columns: Columns, paper: str | None = None) -> str:
    name = columns.items[seed.place].name
    if paper is not None:
        return f"办“{name}”要用到“{paper}”"
    if seed.done is None:
        return f"与“{name}”相关"
    return f"因为您{_DONE.get(seed.done, _LOOKED)}“{name}”"


def _of_many(place: int, proposal: Proposal, district: str | None) -> str:
    where = district if proposal.of_region and district else ""
    many = proposal.counts is not None and proposal.counts[place] >= MANY
    return f"{where}近期{'很多' if many else '有'}人关注"
