"""A choice picked in words: "第二个", "居住证那个". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text.normalise import fold
from knowledge_base.contract import Choice

_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_ORDINAL = re.compile(
    r"^(?:我?(?:要|选|问的?是|想问|想办)?)?(?:第([一二三四五六1-6])(?:个|项|种|条|款)?|([1-6])|选项?([一二三四五六1-6])|(最后)一?个)"
    r"(?:吧|呗|哦|的|那个|这个|就行|谢谢)*[\s。.!！]*$"
)
_THAT_ONE = re.compile(
    r"^(?:我?(?:想?问的?是|要|选|是|想问|想办)的?)?(.{2,30}?)(?:那个|那项|那一个|这个|的那个)?(?:吧|呗|哦|啊)?[\s。.!！]*$"
)


def picked(text: str, offered: Sequence[Choice]) -> Choice | None:
    """The choice that the words pick, where choices were offered and exactly one fits."""
    if not offered:
        return None
    folded = fold(text)
    ordinal = _ORDINAL.match(folded)
    if ordinal:
        return _by_number(ordinal, offered)
    named = _THAT_ONE.match(folded)
    if named is None:
        return None
    fitting = [choice for choice in offered if named[1] in fold(choice.title)]
    return fitting[0] if len(fitting) == 1 else None


def _by_number(ordinal: re.Match[str], offered: Sequence[Choice]) -> Choice | None:
    if ordinal[4]:
        return offered[-1]
    said = next(group for group in ordinal.groups() if group)
    number = _NUMERALS.get(said) or int(said)
    return offered[number - 1] if number <= len(offered) else None
