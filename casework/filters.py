"""By what staff look for questions: item, channel, region, time of asking. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement

_Column = ColumnElement[Any]


@dataclass(frozen=True)
class Asking:
    """What a question has to be like; what is None does not matter.

    Attributes:
        items: Numbers of the service items that it is about, one of them.
        region: Six-digit code; also what lies within it.
        since: Asked then or later.
        until: Asked before that.
    """

    items: Collection[int] | None = None
    channel: str | None = None
    region: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_any(self) -> bool:
        """Whether every question will do."""
        return self == ANY

    def conditions(
        self, asked: _Column, channel: _Column, region: _Column, item: _Column
    ) -> list[ColumnElement[bool]]:
        """The same of the columns in which it stands."""
        found: list[ColumnElement[bool]] = []
        if self.items is not None:
            found.append(item.in_(sorted(self.items)))
        if self.channel is not None:
            found.append(channel == self.channel)
        if self.region is not None:
            found.append(region.like(f"{within(self.region)}%"))
        if self.since is not None:
            found.append(asked >= self.since)
        if self.until is not None:
            found.append(asked < self.until)
        return found


ANY: Final = Asking()


def within(region: str) -> str:
    """How the codes of a region and of all within it begin: 990100 is a city, 990000 a province."""
    while region.endswith("00"):
        region = region[:-2]
    return region
