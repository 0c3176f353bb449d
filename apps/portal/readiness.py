"""Which parts can do their work, and what it means for citizens where one cannot."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from core.errors import WeizhengError

log = logging.getLogger(__name__)

PATIENCE_S: Final = 1.0
# However often we are asked, the parts are asked once in so long.
KEPT_S: Final = 1.0


class Health(StrEnum):
    """How a part does."""

    OK = "ok"
    SLOW = "slow"
    STARTING = "starting"
    DOWN = "down"


Probe = Callable[[], Awaitable[Health]]
# Without these nothing is answered; without another the rest goes on.
NEEDED: Final = ("database", "knowledge")
_SINGLE = "目前只能逐条回答单个问题，不能连续对话。"
_MEANINGS = {
    "database": "暂时不能答复任何问题；有危险的求助仍会得到指引。",
    "knowledge": "暂时查不到办事指南和政策。",
    "rasa": _SINGLE,
    "actions": _SINGLE,
    "redis": _SINGLE + "清除个人数据会在恢复后自动完成。",
}
_STATES = {
    Health.SLOW: "没有及时应答：",
    Health.STARTING: "正在建立索引：",
    Health.DOWN: "无法使用：",
}


@dataclass(frozen=True)
class Report:
    """The state of each part at one moment."""

    parts: Mapping[str, Health]

    @property
    def able(self) -> bool:
        """Whether single questions are answered."""
        return all(self.parts[name] is Health.OK for name in NEEDED if name in self.parts)

    @property
    def status(self) -> str:
        """In one word: ok, degraded (single questions only), down."""
        if not self.able:
            return "down"
        return "ok" if all(health is Health.OK for health in self.parts.values()) else "degraded"

    @property
    def able_parts(self) -> dict[str, bool]:
        """Which parts can do their work."""
        return {name: health is Health.OK for name, health in self.parts.items()}

    def as_json(self) -> dict[str, Any]:
        """What anybody may read: no address, no reason."""
        parts = {name: {"status": health.value, "message": _told(name, health)}
                 for name, health in self.parts.items()}  # fmt: skip
        return {"status": self.status, "parts": parts}


class Readiness:
    """Asks all parts at once, each for a second at most, and keeps the result for a second.

    Args:
        probes: By name of the part; one that raises tells that the part is down.
        patience_s, kept_s: Those seconds.
    """

    def __init__(
        self, probes: Mapping[str, Probe], patience_s: float = PATIENCE_S, kept_s: float = KEPT_S
    ) -> None:
        self._probes = probes
        self._patience_s = patience_s
        self._kept_s = kept_s
        self._lock = asyncio.Lock()
        self._last: Report | None = None
        self._told: dict[str, Health] = {}
        self._until = 0.0

    async def check(self) -> Report:
        """The state of each part, at most a second old."""
        async with self._lock:
            if self._last is None or time.monotonic() >= self._until:
                found = await asyncio.gather(*(self._ask(name) for name in self._probes))
                self._last = Report(dict(zip(self._probes, found, strict=True)))
                self._until = time.monotonic() + self._kept_s
            return self._last

    async def _ask(self, name: str) -> Health:
        health, reason = Health.DOWN, ""
        try:
            async with asyncio.timeout(self._patience_s):
                health = await self._probes[name]()
        except TimeoutError:
            health = Health.SLOW
        except Exception as error:
            reason = error.detail if isinstance(error, WeizhengError) else type(error).__name__
        self._log_change(name, health, reason)
        return health

    def _log_change(self, name: str, health: Health, reason: str) -> None:
        """One line where a part goes or comes back, not one each second."""
        if self._told.get(name, Health.OK) is not health:
            level = logging.INFO if health is Health.OK else logging.WARNING
            log.log(level, "part changed", extra={"part": name, "health": health.value, "reason": reason})
        self._told[name] = health


def _told(name: str, health: Health) -> str:
    return "正常。" if health is Health.OK else _STATES[health] + _MEANINGS[name]
