"""A choice picked in words: "第二个", "居住证那个". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text.normalise import fold
from core.text.ordinals import ordinal
from knowledge_base.contract import Choice

_LAST = re.compile(
    r"^(?:我?(?:要|选|问的?是|想问|想办)?)?最后一?个(?:吧|呗|哦|的|那个|这个|就行|谢谢)*[\s。.!！]*$"
)
_THAT_ONE = re.compile(
    r"^(?:我?(?:想?问的?是|要|选|是|想问|想办)的?)?(.{2,30}?)(?:那个|那项|那一个|这个|的那个)?(?:吧|呗|哦|啊)?[\s。.!！]*$"
)


def picked(text: str, offered: Sequence[Choice]) -> Choice | None:
    """The choice that the words pick, where choices were offered and exactly one fits."""
    if not offered:
        return None
    folded = fold(text)
    if _LAST.match(folded):
        return offered[-1]
    number = ordinal(folded)
    if number is not None:
        return offered[number - 1] if number <= len(offered) else None
    named = _THAT_ONE.match(folded)
    if named is None:
        return None
    fitting = [choice for choice in offered if named[1] in fold(choice.title)]
    return fitting[0] if len(fitting) == 1 else None
