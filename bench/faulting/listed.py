"""Which faults there are, and within what time all has to be well again after each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.faulting import commands, states
from bench.faulting.scene import Fault

_LOCK = "a turn that was under way may leave its conversation's lock in Rasa, which lasts 10 s"
_LOADS = "beside four citizens on two cores"
_KILLED = {
    "redis": (15.0, f"back within a second; {_LOCK}"),
    "knowledge": (60.0, f"the embedding model is loaded {_LOADS}"),
    "actions": (20.0, f"a Python process starts {_LOADS}"),
    "rasa": (60.0, f"Rasa and TensorFlow are loaded {_LOADS}"),
    "portal": (25.0, "a message that was under way can be taken over after 16 s, twice WEB_DEADLINE_S"),
}
PLAIN: Mapping[str, Fault] = {
    **{
        f"kill-{name}": Fault(f"SIGKILL of {name}", states.killed(name), within_s, why)
        for name, (within_s, why) in _KILLED.items()
    },
    "freeze-redis": Fault(
        f"Redis frozen for {states.FROZEN_S:g} s (SIGSTOP)",
        states.frozen,
        15.0,
        _LOCK,
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
        f"Redis takes writes again within a second; {_LOCK}",
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
