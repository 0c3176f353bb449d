"""A question that only names another year, put in full from what was asked before. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text.normalise import fold
from core.text.years import YEAR_IN_WORDS

_BACK = {"前年": -2, "去年": -1, "上一年": -1, "今年": 0, "明年": 1}
_YEAR = f"(?P<year>\\d{{4}})年?度?|(?P<back>{'|'.join(_BACK)})"
_ONLY_A_YEAR = re.compile(
    rf"(?:那么?|那要是|要是|如果是|换成|我?问的是|是)?(?:{_YEAR})(?:的|度|那(?:个|份|年))*"
    r"(?:又?是?多少|怎么样|有吗)?(?:呢|咧|嘞|嘛|呀|的话)?[?。!\s]*"
)


def asked_of_another_year(question: str, earlier: Sequence[str], this_year: int) -> str | None:
    """The last full question with the year now named; None where more is said, or nothing was asked before.

    Args:
        earlier: What was asked before, newest first.
    """
    year = _year(question, this_year)
    before = next((one for one in earlier if _year(one, this_year) is None), None)
    if year is None or before is None:
        return None
    named = f"{year}年"
    folded = fold(before)
    return YEAR_IN_WORDS.sub(named, folded) if YEAR_IN_WORDS.search(folded) else f"{named}{folded}"


def _year(question: str, this_year: int) -> int | None:
    said = _ONLY_A_YEAR.fullmatch(fold(question).strip())
    if said is None:
        return None
    return int(said["year"]) if said["year"] else this_year + _BACK[said["back"]]
