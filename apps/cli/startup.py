"""Waits until every process answers, tells what it waits for, and says so plainly where one does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.status import Status

from apps.cli.processes import Process

POLL_S = 0.2
# A process that had to be started so often while the others come up will not come up.
HOPELESS_STARTS = 3
LAST_LINES = 15


class Starter(Protocol):
    """What is asked of the supervisor while it starts."""

    @property
    def stopping(self) -> threading.Event:
        """Set once the end was asked for."""

    def starts(self, name: str) -> int:
        """How often a process was started so far."""

    def stop(self) -> None:
        """Ask for the end."""

    def log_file(self, name: str) -> Path:
        """Where a process's output goes."""


@dataclass(frozen=True)
class Outcome:
    """How starting ended: the processes that do not answer, if any, and why nobody waits longer."""

    missing: tuple[Process, ...] = ()
    reason: str = ""

    @property
    def ready(self) -> bool:
        """Every process answers."""
        return not self.missing


def wait_until_ready(
    processes: Sequence[Process], starter: Starter, timeout_s: float, console: Console
) -> Outcome:
    """Poll every process until it answers, a crash loop, the time limit, or a stop signal."""
    begun = time.monotonic()
    waiting = list(processes)
    with console.status("") as status:
        while waiting and not starter.stopping.is_set():
            _show(status, waiting)
            for process in [item for item in waiting if item.probe()]:
                waiting.remove(process)
                console.print(
                    f"  [green]✓[/] {process.label} ({process.name}) {time.monotonic() - begun:.1f} s"
                )
            crashing = [item for item in waiting if starter.starts(item.name) >= HOPELESS_STARTS]
            if crashing:
                return Outcome(tuple(crashing), "keeps ending (反复退出)")
            if waiting and time.monotonic() - begun > timeout_s:
                return Outcome(tuple(waiting), f"does not answer after {timeout_s:.0f} s (没有应答)")
            starter.stopping.wait(POLL_S if waiting else 0)
    return Outcome(tuple(waiting), "was stopped (已停止)")


def _show(status: Status, waiting: Sequence[Process]) -> None:
    status.update("正在启动 starting: " + ", ".join(process.name for process in waiting))


def last_lines(path: Path, count: int = LAST_LINES) -> list[str]:
    """The end of a log file, for the person who has to find out why."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 16_384))
        text = file.read().decode("utf-8", errors="replace")
    return text.splitlines()[-count:]
