"""Years that a text names. Pure."""

from __future__ import annotations

import re

from core.text.normalise import fold

_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_IN_WORDS = re.compile(r"[一二][〇○零一二三四五六七八九]{3}(?=年|届)")
# A number alone may be a price: a year stands before 年 or 届, in a range before one, or in a date.
_YEAR = re.compile(
    r"(?<!\d)((?:19[5-9]|20[0-4])\d)(?=年|届|学年|(?:[-—~至到](?:20)?\d\d)+(?:学)?年|[-./]\d{1,2}[-./])"
)
_LAST_OF_RANGE = re.compile(r"(?<=\d[-—~至到])((?:19[5-9]|20[0-4])\d)(?=学?年)")


def years(text: str) -> frozenset[int]:
    """The years named in full, in digits or in Chinese numerals."""
    folded = _IN_WORDS.sub(lambda found: found.group().translate(_DIGITS), fold(text))
    return frozenset(int(year) for form in (_YEAR, _LAST_OF_RANGE) for year in form.findall(folded))
