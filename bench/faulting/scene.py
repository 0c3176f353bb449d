"""Where a fault happens: a running assistant with its citizens; and what a fault is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.assistant import Assistant
from bench.faulting.crowd import Crowd


class Skipped(Exception):
    """A fault cannot be made on this machine; says what is missing."""


class Wrong(Exception):
    """Something besides the citizens' turns is not as it has to be after a fault."""


@dataclass
class Scene:
    """What a fault acts upon.

    Attributes:
        home: The installation.
        scratch: A folder for what it needs besides, not on the installation's disk.
        assistant: The one that runs.
        crowd: Its citizens.
        elsewhere: Ids of answers that a safety copy holds.
        counted, twice: What was counted as lost, and as answered twice, by the faults before.
    """

    home: Path
    scratch: Path
    assistant: Assistant
    crowd: Crowd
    elsewhere: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)
    twice: int = 0

    def pid(self, name: str) -> int:
        """Number of a process of this assistant.

        Raises:
            Wrong: It does not run.
        """
        found = next(one["pid"] for one in self.assistant.processes() if one["name"] == name)
        if found is None:
            raise Wrong(f"{name} does not run")
        return int(found)


@dataclass(frozen=True)
class Happened:
    """When a fault began and was taken away, in seconds of the monotonic clock; and figures of its own."""

    begun: float
    removed: float
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        title: As the table names it.
        happen: Makes it, holds it, takes it away.
        within_s: Seconds after which all has to be well again.
        why: The reason for so many.
    """

    title: str
    happen: Callable[[Scene], Happened]
    within_s: float
    why: str
