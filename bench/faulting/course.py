"""The course of faults: each one made, watched until all is well again, and counted."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.assistant import assistant
from bench.faulting.crowd import CITIZENS, Crowd
from bench.faulting.listed import PLAIN, SMALL_DISK, jumps
from bench.faulting.scene import Fault, Happened, Scene, Skipped, Wrong
from bench.faulting.seen import seen, unknown, well_again
from bench.faulting.states import movable_clock, small_disk

# What is made anew at a start, or is none of the installation's state.
LEFT_OUT = shutil.ignore_patterns("run", "redis", "logs", "backups", "index")
START_S = 120.0
WARM_S = 3.0
# A fault counts as one that nothing recovers from after this many times its bound.
PATIENCE = 3
_LOOK_S = 0.2
Row = dict[str, Any]


@dataclass(frozen=True)
class Course:
    """What a run is made of.

    Attributes:
        home: An installation with the demonstration city; it is only read.
        scratch: Empty folder for the copies.
        questions: What citizens ask.
        logs: Folder that the assistants' log files are copied to, if wanted.
        say: Told each row as soon as it is there.
    """

    home: Path
    scratch: Path
    questions: Sequence[str]
    logs: Path | None
    say: Callable[[str, Row], None]

    def run(self, chosen: Sequence[str]) -> dict[str, Row]:
        """The rows of the chosen faults; each kind of machine they need is an assistant of its own."""
        clock = self.scratch / "clock.txt"
        rows: dict[str, Row] = {}
        for name, every in (("plain", PLAIN), ("small-disk", SMALL_DISK), ("clock", jumps(clock))):
            faults = {key: fault for key, fault in every.items() if key in chosen}
            if not faults:
                continue
            try:
                settings = movable_clock(clock) if name == "clock" else {}
                with self._disk(name) as disk:
                    self._suffer(rows, disk, faults, settings)
            except (Skipped, RuntimeError) as reason:
                for key in faults.keys() - rows.keys():
                    self._add(rows, key, _without_figures(faults[key], f"not run: {reason}"))
        return rows

    def _add(self, rows: dict[str, Row], name: str, row: Row) -> None:
        rows[name] = row
        self.say(name, row)

    @contextmanager
    def _disk(self, name: str) -> Iterator[Path]:
        """Where a copy of the installation lies."""
        folder = self.scratch / name
        held = sum(path.stat().st_size for path in self.home.rglob("*") if path.is_file())
        with small_disk(folder, held) if name == "small-disk" else nullcontext(folder) as disk:
            shutil.copytree(self.home, disk / "home", ignore=LEFT_OUT)
            yield disk

    def _suffer(
        self, rows: dict[str, Row], disk: Path, faults: Mapping[str, Fault], settings: Mapping[str, str]
    ) -> None:
        """Adds the row of each fault as soon as it is there."""
        home = disk / "home"
        try:
            with assistant(home, self.scratch / "up.txt", **settings) as ours:
                crowd = Crowd(ours.url, self.questions)
                scene = Scene(home, self.scratch, ours, crowd)
                with crowd.asking():
                    if _recovered_at(scene, time.monotonic(), START_S) is None:
                        raise RuntimeError("the assistant does not answer")
                    for name, fault in faults.items():
                        time.sleep(WARM_S)
                        self._add(rows, name, suffered(scene, fault))
        finally:
            if self.logs is not None:
                shutil.copytree(home / "logs", self.logs / disk.name, dirs_exist_ok=True)


def suffered(scene: Scene, fault: Fault) -> Row:
    """One fault under load: its row of the table."""
    try:
        return _watched(scene, fault, fault.happen(scene))
    except Skipped as reason:
        return _without_figures(fault, f"not run: {reason}")
    except (Wrong, subprocess.CalledProcessError, OSError, http.client.HTTPException, ValueError) as reason:
        return _without_figures(fault, f"wrong: {reason}")


def _watched(scene: Scene, fault: Fault, happened: Happened) -> Row:
    again = _recovered_at(scene, happened.removed, fault.within_s * PATIENCE)
    until = time.monotonic()
    wrong = _processes_missing(scene, happened, until + fault.within_s) if again is not None else []
    found = seen(scene.crowd.turns, happened.begun, until)
    lost, twice, copied = _count(scene)
    recovered = None if again is None else round(again - happened.removed, 1)
    wrong += [f"citizens met: {what}" for what in unknown(found["met"])]
    wrong += ["does not recover"] if recovered is None else []
    if recovered is not None and recovered > fault.within_s:
        wrong.append(f"recovered in {recovered} s, not {fault.within_s:g} s")
    wrong += [f"{lost} acknowledged messages lost"] if lost else []
    wrong += [f"{twice} messages answered twice"] if twice else []
    return {
        "title": fault.title,
        "seen": found,
        "held_s": round(happened.removed - happened.begun, 1),
        "lost": lost,
        "in_safety_copy_only": copied,
        "answered_twice": twice,
        "recovered_in_s": recovered,
        "within_s": fault.within_s,
        "why": fault.why,
        "figures": happened.figures,
        "wrong": wrong,
    }


def _without_figures(fault: Fault, reason: str) -> Row:
    return {"title": fault.title, "within_s": fault.within_s, "why": fault.why, "wrong": [reason]}


def _recovered_at(scene: Scene, since: float, patience_s: float) -> float | None:
    """When all was well again; None where it is not in time."""
    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up:
        again = well_again(scene.crowd.turns, since, CITIZENS)
        if again is not None:
            return again
        time.sleep(_LOOK_S)
    return None


def _processes_missing(scene: Scene, happened: Happened, give_up: float) -> list[str]:
    """Processes that do not answer, or were to be started anew and were not."""
    while True:
        missing = [
            f"{one['name']} is not back"
            for one in scene.assistant.processes()
            if not one["answers"] or one["pid"] == happened.figures.get("pid", 0)
        ]
        if not missing or time.monotonic() > give_up:
            return missing
        time.sleep(1)


def _count(scene: Scene) -> tuple[int, int, int]:
    """Acknowledged messages lost, messages answered twice, and messages that only a safety copy holds.

    What was counted before is not counted again.
    """
    kept = scene.crowd.kept()
    gone = kept.gone - scene.elsewhere - scene.counted
    scene.counted |= gone
    twice, scene.twice = kept.twice - scene.twice, kept.twice
    return len(gone), twice, len(kept.gone & scene.elsewhere)
