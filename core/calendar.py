"""Working days by the State Council's calendar, with days off and working weekends exchanged (调休)."""

from __future__ import annotations

from datetime import date
from typing import Literal, Protocol

DayKind = Literal["workday", "holiday", "weekend"]


class Calendar(Protocol):
    """Tells what kind of day a day is."""

    def kind(self, day: date) -> DayKind | None:
        """`workday` also for a weekend day that is worked; None where the year is not announced yet."""
        ...


class StateCalendar:
    """The announcements of the State Council as the library `chinesecalendar` carries them, year by year."""

    def kind(self, day: date) -> DayKind | None:
        """The kind of a day, None outside the years announced."""
        import chinese_calendar

        try:
            off, holiday = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:  # How the library says that a year is not announced yet.
            return None
        if not off:
            return "workday"
        return "holiday" if holiday else "weekend"
