"""What sort of figure a question asks for, and whether a text holds one: days, months, years... Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = r"[\d〇一二三四五六七八九十百千万两半]+"
_HOW_MANY = "(?:几|多少|好多)"
# What asks for a figure, and what it looks like in a text.
_TYPES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked), re.compile(told))
    for asked, told in (
        (rf"{_HOW_MANY}个?(?:工作)?[天日](?![前后])", rf"{_NUMBER}个?(?:工作)?[天日]"),
        (rf"{_HOW_MANY}个?月", rf"{_NUMBER}个月"),
        (rf"{_HOW_MANY}年", rf"{_NUMBER}年"),
        (rf"{_HOW_MANY}周?岁|多大(?:年纪|岁数|年龄|才|能|可以)", rf"{_NUMBER}周?岁"),
        (rf"百分之{_HOW_MANY}|{_HOW_MANY}个(?:百分)?点|{_HOW_MANY}成", r"百分之|%|个百分点"),
        (rf"{_HOW_MANY}(?:平|个平方)|多大(?:面积|平)", r"平方米|㎡"),
        (
            rf"{_HOW_MANY}(?:钱|块|元|万)|(?:领|贷|补|发|取|拿|报|给)[^，。,？?]{{0,4}}{_HOW_MANY}$",
            rf"{_NUMBER}万?元",
        ),
        (rf"{_HOW_MANY}[次所张份本套台]", rf"{_NUMBER}[次所张份本套台]"),
        (r"几点", r"\d{1,2}:\d\d|[\d一二三四五六七八九十]+点"),
        (
            r"哪一?天|几号|几月|最[晚迟]|截止|多久[以之]?内|拖[到多]",
            rf"{_NUMBER}[月日号]|{_NUMBER}个?(?:工作)?[天日月年][以之]?内|年底|月底",
        ),
    )
)


def figures_asked(folded: str) -> list[re.Pattern[str]]:
    """What the answer to a folded question looks like; none where no figure is asked for."""
    return [told for asked, told in _TYPES if asked.search(folded)]


def tells(folded: str, figures: Sequence[re.Pattern[str]]) -> bool:
    """Whether a folded text holds a figure of one of these sorts."""
    return any(figure.search(folded) for figure in figures)
