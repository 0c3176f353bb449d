"""What is off, since when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, select

from core.database.engine import reading
from core.switch.tables import assistant_off


class Outlet(StrEnum):
    """What can be turned off: one channel, or the whole assistant."""

    ALL = "all"
    WEB = "web"
    # Reserved: there is no such channel yet.
    WECHAT = "wechat"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {Outlet.ALL: "整个助手", Outlet.WEB: "网页", Outlet.WECHAT: "微信"}[self]


@dataclass(frozen=True)
class Off:
    """Something that is off.

    Attributes:
        reason: For staff.
        message: What citizens read.
        actor: Who turned it off.
    """

    outlet: Outlet
    reason: str
    message: str
    since: datetime
    actor: str


@dataclass(frozen=True)
class SwitchState:
    """All that is off at one moment."""

    off: Mapping[Outlet, Off] = field(default_factory=dict)

    def of(self, channel: Outlet) -> Off | None:
        """Why a channel does not answer; None where it does. With the whole assistant each is off."""
        return self.off.get(Outlet.ALL) or self.off.get(channel)


def switch_state(connection: Connection) -> SwitchState:
    """What is off, as it stands in the transaction."""
    rows = connection.execute(select(assistant_off))
    found = [Off(Outlet(row.outlet), row.reason, row.message, row.since, row.actor) for row in rows]
    return SwitchState({one.outlet: one for one in found})


def read_switch(engine: Engine) -> SwitchState:
    """What is off now; blocks.

    Raises:
        Unavailable: The database does not answer.
    """
    with reading(engine) as connection:
        return switch_state(connection)
