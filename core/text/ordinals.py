"""A number that picks one of what was offered: "2", "选2", "②", "第2个". Pure."""

from __future__ import annotations

import re

from core.text.normalise import fold

_NUMERALS = "一二三四五六"
_ORDINAL = re.compile(
    r"(?:我?(?:就?要|选择?|问的?是|想问|想办|是|就)?(?:选项)?)?"
    rf"(?:第([{_NUMERALS}1-6])(?:个|项|种|条|款)?|([{_NUMERALS}1-6])号?)"
    r"(?:吧|呗|的|那个|这个|就行|谢谢|啊|呀|哦)*[\s.。、,，)!！]*"
)


def ordinal(text: str) -> int | None:
    """Which one is picked, from 1; None where the text says anything else, as 88 does."""
    found = _ORDINAL.fullmatch(fold(text).strip())
    if found is None:
        return None
    said: str = found[1] or found[2]
    return int(said) if said.isdecimal() else _NUMERALS.index(said) + 1


def ordinal_in_words(text: str) -> str:
    """A bare number as "第二个", which no dialogue model takes for a farewell; another text as it is."""
    number = ordinal(text)
    return text if number is None else f"第{_NUMERALS[number - 1]}个"
