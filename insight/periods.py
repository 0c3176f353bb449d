"""Stretches of days that pages tell of, and the parts in which charts show them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from core.errors import BadInput

USUAL_DAYS: Final = 30
# Two years, with a leap day.
MOST_DAYS: Final = 731
# A chart has no room for more bars.
_MOST_SINGLE: Final = 92
_MOST_WEEKS: Final = 400


@dataclass(frozen=True, slots=True)
class Part:
    """Some days that stand together in a chart; the first and last are cut off with the period."""

    first: date
    last: date
    label: str


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the city, both ends within."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1

    def parts(self) -> list[Part]:
        """Days, or weeks from Monday on, or months, whichever a chart has room for."""
        if self.days <= _MOST_SINGLE:
            return [Part(day, day, day.isoformat()) for day in self._all()]
        if self.days <= _MOST_WEEKS:
            weeks = groupby(self._all(), key=_monday)
            return [_part(list(days), f"{monday.isoformat()} 起") for monday, days in weeks]
        months = groupby(self._all(), key=lambda day: day.isoformat()[:7])
        return [_part(list(days), month) for month, days in months]

    def _all(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.days))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _part(days: list[date], label: str) -> Part:
    return Part(days[0], days[-1], label)


def period(first: str, last: str, days: str, today: date) -> Period:
    """The period that somebody asked for; the last month where they asked for none.

    Args:
        first, last: Days as in 2026-03-01; one that is left out is the other end of `days`, or today.
        days: How many, where no first day is told.

    Raises:
        BadInput: No such days, or more than two years of them.
    """
    ends = _day(last) if last else today
    begins = _day(first) if first else _before(ends, days)
    if begins > ends:
        raise BadInput("from after to", public_message="开始日期不能晚于结束日期。")
    if (ends - begins).days >= MOST_DAYS:
        raise BadInput("too long", public_message="一次最多查看两年，请缩短日期范围。")
    return Period(begins, ends)


def usual(today: date) -> Period:
    """What is shown where nothing is asked for."""
    return Period(today - timedelta(days=USUAL_DAYS - 1), today)


def _before(last: date, days: str) -> date:
    if not days:
        return last - timedelta(days=USUAL_DAYS - 1)
    if not (days.isascii() and days.isdigit() and 0 < int(days[:6]) <= MOST_DAYS):
        raise BadInput("days", public_message=f"天数请填写 1 到 {MOST_DAYS}。")
    return last - timedelta(days=int(days) - 1)


def _day(given: str) -> date:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise BadInput("day", public_message="日期请写成 2026-03-01 的样子。") from None
    if not date(2000, 1, 1) <= day <= date(2200, 1, 1):
        raise BadInput("day", public_message="日期请填写 2000 年以后的日子。")
    return day
