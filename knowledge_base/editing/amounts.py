"""Sums of money and lengths of time as guides write them, in digits or Chinese numerals. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = {one: value for value, one in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
# Each part is bounded, and so is what is read: a text made for it would take minutes otherwise.
_NUMERAL: Final = r"(?:\d[\d,，]{0,14}(?:\.\d{1,4})?|[零〇一二两三四五六七八九十百千万]{1,15})"
_LONGEST: Final = 5_000
_SUM: Final = re.compile(rf"({_NUMERAL})\s*(?:元|块钱)")
_FEE: Final = re.compile(rf"(?:费|收取|交纳|缴纳)[^，,。；;\n]{{0,12}}?({_NUMERAL})\s*(?:元|块钱)")
_FREE: Final = re.compile("免费|不收[^，。；]{0,6}费|免收|不收取|无需缴费|不需要缴费|零收费")
_NAMED: Final = re.compile(rf"([\u4e00-\u9fff]{{2}}费)[^，,。；;\n\d]{{0,4}}?({_NUMERAL})\s*(?:元|块钱)")
_LENGTH: Final = re.compile(rf"({_NUMERAL})\s*个?\s*(工作日|自然日|日|天|周|个?月|年)")
_DAYS: Final = {"周": 7, "月": 30, "个月": 30, "年": 365}
_AT_ONCE: Final = re.compile("(?:即办|当场|即时|立等)(?:办结|办理|办|可取|件)?[。]?")


@dataclass(frozen=True, slots=True)
class Length:
    """So many days, by the calendar or of work."""

    days: float
    working: bool


def number(text: str) -> float | None:
    """A number in digits or in Chinese numerals below a hundred million; None where it is none."""
    plain = re.sub("[,，]", "", text)
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", plain):
        return float(plain)
    head, ten_thousand, tail = plain.rpartition("万")
    parts = [_small(part) for part in ((head, tail) if ten_thousand else (tail,)) if part]
    if not parts or None in parts:
        return None
    values = [part for part in parts if part is not None]
    return float(values[0] * 10_000 + sum(values[1:]) if ten_thousand else values[0])


def _small(text: str) -> int | None:
    total = digit = 0
    for place, one in enumerate(text):
        if one in _UNITS:
            total += (digit if digit or place else 1) * _UNITS[one]
            digit = 0
        elif one in _DIGITS:
            digit = _DIGITS[one]
        else:
            return None
    return total + digit


def fees_in(text: str, *, only_fees: bool = False) -> set[float]:
    """The sums in yuan that a text names.

    Args:
        only_fees: Only those that it says are to be paid for the matter itself.
    """
    found = (_FEE if only_fees else _SUM).findall(text[:_LONGEST])
    return {value for one in found if (value := number(one)) is not None}


def named_fees(text: str) -> dict[str, set[float]]:
    """The sums in yuan by the fee that they stand right behind, such as 工本费."""
    found: dict[str, set[float]] = {}
    for name, said in _NAMED.findall(text[:_LONGEST]):
        if (value := number(said)) is not None:
            found.setdefault(name, set()).add(value)
    return found


def is_free(text: str) -> bool:
    """Whether a text says that nothing is paid."""
    return bool(_FREE.search(text[:_LONGEST]))


def days_of(text: str) -> Length | None:
    """The length of time that a text tells; None where it tells none or several."""
    found = _LENGTH.findall(text[:_LONGEST])
    if not found and _AT_ONCE.fullmatch(text.strip()):
        return Length(0, working=True)
    if len(found) != 1:
        return None
    value = number(found[0][0])
    unit = found[0][1]
    return None if value is None else Length(value * _DAYS.get(unit, 1), working=unit == "工作日")
