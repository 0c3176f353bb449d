"""Districts that a citizen names in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from core.catalogue.models import Region
from core.text.normalise import fold

# "我在东区", "东区的", "住西区那边": the district and nothing else.
_AROUND = re.compile(
    "我们?|俺们?|咱们?|[他她](?:们|的)?|老丈人|丈母娘|岳[父母]|公公|婆婆|爷爷|奶奶|外公|外婆|老[公婆人]|爸爸?|妈妈?|爹|娘|儿子|女儿"
    "|孩子|娃儿?|要是|如果|那边|这边|那(?!边)|人|家|住|搬|到|现在|就|是|在|了|的|这里|呢|吧|啊|哦|哈|嘛|呀|市|户口|户籍|[\\s\\W_]+"
)
# What says that one is at home there, so that a short name is no part of a longer one unless that goes on.
_AT_HOME = (
    "(?:(?:我|俺|咱)们?)?(?:现在|就|都)?(?:家|人|户口|户籍)?(?:住在?|(?:搬|迁)(?:到|来)了?|(?<=[家人口籍])在)"
)
_GOES_ON = "[路街巷镇乡村技术公医学小大中桥站广商花]|经济"
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
        pattern, _ = _patterns(one.name, tuple(one.aliases))
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
    if kept and len(kept) < len(clauses):
        text = "，".join(kept)
    return _without_home(text, regions)


def _without_home(text: str, regions: Sequence[Region]) -> str:
    for one in regions:
        if is_district(one.code):
            _, home = _patterns(one.name, tuple(one.aliases))
            text = home.sub("", text) or text
    return text


def _is_whereabouts(clause: str, regions: Sequence[Region]) -> bool:
    named = named_district(clause, regions)
    return named is not None and named.alone


@cache
def _patterns(name: str, aliases: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What names a district, and what says that one lives there.

    Its name or a long alias names it anywhere, a short one only where it says where one is: "高新" stands in
    高新技术企业 and "开发区" in every development zone of the country.
    """
    sure, short = _names(name, aliases)
    home = _home(sure, short)
    parts = [home, rf"(?:{sure})(?![域号际块间别])"]
    if short:
        parts.append(rf"(?<=[在住到去是])(?:{short})(?=$|[那这的呢吧啊，。,. ])")
        parts.append(rf"(?<![^\s\W我])(?:{short})(?=户口|户籍|这边|那边)")
        parts.append(rf"^(?:{short})[呢吧啊的。. ]*$")
    return re.compile("|".join(parts)), re.compile(home)


def _home(sure: str, short: str) -> str:
    """That one lives there: "我住北山", "家在南湖那边"."""
    name = rf"(?:{sure})(?![域号际块间别])" + (rf"|(?:{short})(?!{_GOES_ON})" if short else "")
    return rf"{_AT_HOME}(?:{name})(?:那边|这边|这里)?"


def _names(name: str, aliases: Sequence[str]) -> tuple[str, str]:
    """Alternatives that are sure to name the district, and short ones that may be part of something else."""
    own = fold(name)
    names = sorted({own, *map(fold, aliases)}, key=len, reverse=True)
    sure = [one for one in names if own in one or len(one) >= _LONG]
    short = [one for one in names if one not in sure]
    return "|".join(map(re.escape, sure)), "|".join(map(re.escape, short))
