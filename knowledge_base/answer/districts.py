"""Districts that a citizen names in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.catalogue.models import Region
from core.text.normalise import fold

# "我在东区", "东区的", "住西区那边": the district and nothing else.
_AROUND = re.compile("我们?|人|家|住|搬|到|现在|就|是|在|了|的|那边|这边|这里|呢|吧|啊|哦|市|户口|[\\s\\W_]+")
_CLAUSE_END = re.compile(r"[，,。；;！!？?\s]+")
_NOT_A_DISTRICT = "00"
_LONG = 5


@dataclass(frozen=True, slots=True)
class Named:
    """A district in a text, and the folded text without it."""

    code: str
    rest: str

    @property
    def alone(self) -> bool:
        """Whether the text says nothing else."""
        return not _AROUND.sub("", self.rest)


def is_district(code: str) -> bool:
    """Whether a region is a district or county: what holds there is not what holds in the whole city."""
    return not code.endswith(_NOT_A_DISTRICT)


def named_district(text: str, regions: Sequence[Region]) -> Named | None:
    """The one district that a text names; None where it names none, or several."""
    folded = fold(text)
    districts = [one for one in regions if is_district(one.code)]
    found: dict[str, str] = {}
    for one in districts:
        pattern = _pattern(one)
        if pattern.search(folded):
            found[one.code] = pattern.sub("", folded)
    if len(found) != 1:
        return None
    ((code, rest),) = found.items()
    return Named(code, rest)


def without_whereabouts(text: str, regions: Sequence[Region]) -> str:
    """A text without the clauses that only say in which district one is: "我住东区，居住证在哪办".

    Where there are no others the text is as it was.
    """
    clauses = [clause for clause in _CLAUSE_END.split(text) if clause]
    kept = [clause for clause in clauses if not _is_whereabouts(clause, regions)]
    return "，".join(kept) if kept and len(kept) < len(clauses) else text


def _is_whereabouts(clause: str, regions: Sequence[Region]) -> bool:
    named = named_district(clause, regions)
    return named is not None and named.alone


def _pattern(region: Region) -> re.Pattern[str]:
    """What names a district: its name or a long alias anywhere, a short one only where it says where one is.

    "高新" stands in 高新技术企业 and "开发区" in every development zone of the country.
    """
    own = fold(region.name)
    names = sorted({own, *map(fold, region.aliases)}, key=len, reverse=True)
    sure = [name for name in names if own in name or len(name) >= _LONG]
    short = [name for name in names if name not in sure]
    parts = [rf"(?:{'|'.join(map(re.escape, sure))})(?![域号际块间别])"]
    if short:
        any_short = f"(?:{'|'.join(map(re.escape, short))})"
        parts.append(rf"(?<=[在住到去是]){any_short}(?=$|[那这的呢吧啊，。,. ])")
        parts.append(rf"^{any_short}[呢吧啊的。. ]*$")
    return re.compile("|".join(parts))
