"""The time, passed in where it matters, so that a test can choose it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time; "today" is the citizens' day, not that of UTC."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        ...

    def local(self) -> datetime:
        """The instant in the city's time zone."""
        ...

    def today(self) -> date:
        """The day at this instant in the city's time zone."""
        ...


class SystemClock:
    """The machine's clock."""

    def __init__(self, zone: ZoneInfo = SHANGHAI) -> None:
        self._zone = zone

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.now(UTC)

    def local(self) -> datetime:
        """The instant in the city's time zone."""
        return self.now().astimezone(self._zone)

    def today(self) -> date:
        """The day at this instant in the city's time zone."""
        return self.local().date()


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, instant: datetime, zone: ZoneInfo = SHANGHAI) -> None:
        self._zone = zone
        self.move_to(instant)

    def move_to(self, instant: datetime) -> None:
        """Sets the instant, which must be aware."""
        if instant.tzinfo is None:
            raise ValueError("the instant must know its time zone")
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        """The instant that was set."""
        return self._instant

    def local(self) -> datetime:
        """The instant in the city's time zone."""
        return self._instant.astimezone(self._zone)

    def today(self) -> date:
        """Its day in the city's time zone."""
        return self.local().date()
