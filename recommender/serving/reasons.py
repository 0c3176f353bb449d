"""Why an item is offered, as the citizen reads it; always what its score is owed to. Pure."""

from __future__ import annotations

from typing import Final

from recommender.models import InteractionType
from recommender.ports import Ranker
from recommender.serving.columns import Columns
from recommender.serving.life_events import official
from recommender.serving.recipe import FALLBACK
from recommender.serving.sources import Proposal
from recommender.serving.wanted import Seed, Wanted

# From so many citizens on it is said that many do.
MANY: Final = 10
_DONE: Final = {
    InteractionType.ASK: "问过",
    InteractionType.APPLY: "申请过",
    InteractionType.FINISH: "办过",
    InteractionType.RATE: "评价过",
}
_LOOKED: Final = "看过"
_PLAIN: Final = {"eligible": "您填写的情况符合它的条件", "new": "新上线的服务", FALLBACK: "常用的服务"}
_BY_FACTS: Final = "根据您填写的情况推荐"


def reason(
    source: str,
    place: int,
    proposal: Proposal | None,
    wanted: Wanted,
    columns: Columns,
    ranker: Ranker | None,
    district: str | None,
) -> str:
    """A short sentence.

    Args:
        source: What the item is owed to.
        proposal: That source's; None of the fallback list.
        district: Name of the citizen's district, where it is known.
    """
    if proposal is None or source in _PLAIN:
        return _PLAIN.get(source, _PLAIN[FALLBACK])
    if source == "lightfm":
        return _of_model(place, wanted, columns, ranker)
    if source == "similar" and proposal.seeds is not None:
        return _of_seed(proposal.seeds[place], columns, (proposal.papers or {}).get(place))
    if source == "life_event" and proposal.events is not None:
        return f"与“{official(proposal.events[place])}”这件事常一起办"
    return _of_many(place, proposal, district)


def _of_model(place: int, wanted: Wanted, columns: Columns, ranker: Ranker | None) -> str:
    owed = ranker.owed_to(wanted.history, int(columns.ids[place])) if ranker is not None else []
    for item, share in owed:
        cause = columns.place(item)
        if cause is not None and share > 0:
            return _of_seed(Seed(cause, item, 1.0, wanted.done_with.get(item)), columns)
    return _BY_FACTS if wanted.facts else "办理过类似事项的人也常办"


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
    return f"{where}近期很多人在办" if many else f"{where}近期有人在办"
