"""Acceptance run of background jobs: worker and Redis are killed at random points, every row is compared.

`python -m bench.kills`: on an empty SQLite database, then on PostgreSQL, with worker and Redis of its own.
Half of the kills fall on an import, the others on notices. The knowledge service is away meanwhile.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.killing import imports, notices
from bench.killing.databases import KINDS, database
from bench.killing.plant import Plant, planted, wait_until
from bench.running import RESULTS, described, missed, write_result
from core.jobs.models import State

KILLS: Final = 20
FILES: Final = 200
ASKERS: Final = 2000
SEED: Final = 20261127
# Of each four the worker is killed thrice: it hardly notices the death of Redis.
_DECK: Final = ("worker", "worker", "worker", "redis")
_KILLS_PER_GROUP: Final = 2
# A part is done in some tens of milliseconds: so the kill falls anywhere within one.
_MOST_LATE_S: Final = 0.03
_MOST: Final = {
    "imports.lost": 0, "imports.doubled": 0, "imports.other_than_the_file": 0, "imports.bytes_left": 0,
    "notices.lost": 0, "notices.doubled": 0, "notices.strangers": 0, "notices.gaps": 0, "jobs_not_done": 0,
    "kills_missing": 0,
}  # fmt: skip


def main() -> int:
    """Kills, compares, prints and writes; 1 where a row is not as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--askers", type=int, default=ASKERS)
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--out", type=Path, default=RESULTS / "kills.json")
    given = parser.parse_args()
    result = described() | {"seed": SEED}
    for kind in given.databases:
        with tempfile.TemporaryDirectory(prefix="weizheng-kills-") as scratch:
            folder = Path(scratch)
            with database(kind, folder) as url, planted(url, folder) as plant:
                result[kind] = tried(plant, given.kills, given.files, given.askers)
    result["missed"] = [f"{kind}: {what}" for kind in given.databases for what in judged(result[kind])]
    write_result(given.out, result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


def tried(plant: Plant, kills: int, files: int, askers: int) -> dict[str, Any]:
    """One run on one database."""
    began = time.monotonic()
    killing = _Killing(plant, random.Random(SEED))
    brought = imports.archive(files)
    killing.during("import", imports.put(plant, brought), files, kills - kills // 2)
    groups = 0
    # A job may end before its points are come to.
    while len(killing.killed) < kills and groups < kills:
        groups += 1
        most = min(_KILLS_PER_GROUP, kills - len(killing.killed))
        killing.during("notices", notices.put(plant, groups, askers), askers, most)
    states = plant.jobs.counts()
    return {
        "kills": dict(Counter(f"{victim} during {what}" for victim, what in killing.killed)),
        "kills_missing": kills - len(killing.killed),
        "taken_over": killing.taken_over,
        "imports": imports.compared(plant, brought),
        "notices": notices.compared(plant, groups, askers),
        "jobs_done": states[State.DONE],
        "jobs_not_done": sum(states.values()) - states[State.DONE],
        "seconds": round(time.monotonic() - began, 1),
    }


def judged(figures: dict[str, Any]) -> list[str]:
    """What is not as it has to be, in words."""
    flat = {
        f"{part}.{name}": value for part in ("imports", "notices") for name, value in figures[part].items()
    }
    whole = {name: figures[name] for name in ("jobs_not_done", "kills_missing")}
    return missed({**flat, **whole}, {}, _MOST)


@dataclass
class _Killing:
    """Kills at points that a seed chooses, and starts again what was killed.

    Attributes:
        killed: Who was killed during what.
        taken_over: How often a job was claimed again.
        deck: Who is killed next, the last first.
    """

    plant: Plant
    chance: random.Random
    killed: list[tuple[str, str]] = field(default_factory=list)
    taken_over: int = 0
    deck: list[str] = field(default_factory=list)

    def during(self, what: str, number: int, parts: int, kills: int) -> None:
        """Kills up to so many times before a job ends, and waits for its end."""
        for point in sorted(self.chance.sample(range(parts), kills)):
            wait_until(partial(self._is_past, number, point), f"{what} comes to {point}")
            time.sleep(self.chance.uniform(0, _MOST_LATE_S))
            if not self.plant.job(number).state.is_open:
                break
            self._kill(what)
        wait_until(lambda: not self.plant.job(number).state.is_open, f"{what} ends")
        self.taken_over += self.plant.job(number).fence - 1
        wait_until(self._is_at_rest, "all jobs end")

    def _is_past(self, number: int, point: int) -> bool:
        job = self.plant.job(number)
        return not job.state.is_open or (job.state is State.RUNNING and job.done >= point)

    def _is_at_rest(self) -> bool:
        counts = self.plant.jobs.counts()
        return not (counts[State.QUEUED] or counts[State.RUNNING])

    def _kill(self, what: str) -> None:
        self.deck = self.deck or self.chance.sample(_DECK, len(_DECK))
        victim = self.deck.pop()
        self.plant.kill(victim)
        self.killed.append((victim, what))
        time.sleep(self.chance.uniform(0, 0.5))
        self.plant.start(victim)


if __name__ == "__main__":
    sys.exit(main())
