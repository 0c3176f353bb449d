"""How long a numbered list is of which only a part is quoted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIGITS = "一二三四五六七八九"
_MARK = re.compile(
    r"(?:^|(?<=[。；;：:\s]))(?:[（(](?P<chinese>[一二三四五六七八九十]{1,3})[）)]|[（(](?P<bracketed>\d{1,2})[）)]"
    r"|(?P<plain>\d{1,2})[．.、](?!\d)|(?P<circled>[①-⑳]))"
)
_LEAST = 3


def entries_in_all(quote: str, rest: str) -> tuple[int, int] | None:
    """Entries quoted and entries of the whole list, where the list goes on after the quote.

    Only a list whose numbers follow one another without a gap is counted; anything else gives None.

    Args:
        rest: What stands after the quote in the document.
    """
    quoted = list(_marks(quote))
    if not quoted or len({form for form, _ in quoted}) > 1:
        return None
    form = quoted[0][0]
    numbers = [number for _, number in quoted]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    last = numbers[-1]
    for other, number in _marks(rest):
        if other != form:
            continue
        if number != last + 1:
            break
        last = number
    return (len(numbers), last) if last > numbers[-1] and last >= _LEAST else None


def _marks(text: str) -> Iterator[tuple[str, int]]:
    """Form and number of each list mark."""
    for match in _MARK.finditer(text):
        form = str(match.lastgroup)
        yield form, _number(form, match[form])


def _number(form: str, mark: str) -> int:
    if form == "chinese":
        return _chinese(mark)
    return ord(mark) - ord("①") + 1 if form == "circled" else int(mark)


def _chinese(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    value = _DIGITS.find(ones) + 1 if ones else 0
    return value + (10 * (_DIGITS.find(tens) + 1 if tens else 1) if ten else 0)
