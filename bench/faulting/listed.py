"""Which faults there are, and within what time all has to be well again after each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.faulting import commands, states
from bench.faulting.scene import Fault

_START = "the supervisor looks every 0.3 s; then the process starts beside four citizens on two cores"
_KILLED = {"redis": 10.0, "knowledge": 30.0, "actions": 20.0, "rasa": 60.0, "portal": 20.0}
PLAIN: Mapping[str, Fault] = {
    **{
        f"kill-{name}": Fault(f"SIGKILL of {name}", states.killed(name), within_s, _START)
        for name, within_s in _KILLED.items()
    },
    "freeze-redis": Fault(
        f"Redis frozen for {states.FROZEN_S:g} s (SIGSTOP)",
        states.frozen,
        15.0,
        "a turn that was under way holds its conversation's lock for up to 10 s",
    ),
    "lock-database": Fault(
        f"database locked for {states.LOCKED_S:g} s",
        states.locked,
        10.0,
        "what waits is written at once, and who was late sends again",
    ),
    "two-imports": Fault(
        "two imports of the same folder at once", commands.two_imports, 10.0, "nothing was away"
    ),
    # The last: the state of the citizens before it is gone then.
    "restore": Fault(
        "restore of a backup", commands.restored, 30.0, "the knowledge service loads the catalogue anew"
    ),
}
SMALL_DISK: Mapping[str, Fault] = {
    "full-disk": Fault(
        f"disk full for {states.FULL_S:g} s",
        states.full,
        15.0,
        "Redis writes its file again within a second; a lock in Rasa is held for up to 10 s",
    ),
}
_JUMP = "a turn under way at the jump may end at its deadline of 8 s"


def jumps(file: Path) -> Mapping[str, Fault]:
    """Faults of a clock that follows this file."""
    return {
        "clock-forward": Fault("clock jumps 1 h ahead", states.jumped(file, states.HOUR_S), 15.0, _JUMP),
        "clock-back": Fault("clock jumps 1 h back", states.jumped(file, 0), 15.0, _JUMP),
    }


NAMES = (*PLAIN, *SMALL_DISK, *jumps(Path()))
