"""Acceptance run of faults, each made for real while citizens ask: what they see, what is lost, for how long.

`python -m bench.faults --home FOLDER`: an installation with the example city; it is copied and only read.
Best as root, with libfaketime installed: the disk that is filled is a small one of its own, the clock that
jumps is that of the assistant's processes, never the machine's. `--only` keeps the rows of the other faults.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apps.portal.screening import urgent_reply
from bench.faulting.course import Course
from bench.faulting.listed import NAMES
from bench.faulting.page import write
from bench.performance.questions import everyday_questions
from bench.running import RESULTS, described, write_result

RESULT = RESULTS / "faults.json"


def main() -> int:
    """Runs, prints and writes; 1 where something was lost, did not recover or could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="an installation with the example city")
    parser.add_argument(
        "--only", nargs="+", choices=NAMES, default=NAMES, metavar="FAULT", help=", ".join(NAMES)
    )
    parser.add_argument("--logs", type=Path, help="folder that log files are copied to")
    given = parser.parse_args()
    home: Path = given.home.resolve()
    if not (home / "weizheng.db").is_file():
        parser.error(f"{home} holds no weizheng.db")
    # Named in the environment, never on a command line.
    os.environ.setdefault("BACKUP_PASSPHRASE", "acceptance run of faults")
    measured, rows = described(), dict[str, Any]()

    def say(name: str, row: Mapping[str, Any]) -> None:
        print(f"{name}: {json.dumps(row, ensure_ascii=False)}", file=sys.stderr, flush=True)
        rows[name] = {**row, "measured": measured}
        keep(measured, rows)

    with tempfile.TemporaryDirectory(prefix="weizheng-faults-") as scratch:
        Course(home, Path(scratch), questions(), given.logs, say).run(given.only)
    print(RESULT.read_text(encoding="utf-8"))
    return int(bool(judged(rows)))


def keep(measured: Mapping[str, Any], rows: Mapping[str, Any]) -> None:
    """Writes result and page: of a run that is stopped what it had is kept."""
    every = merged(_known(), rows)
    result = {**measured, "faults": every, "missed": judged(every)}
    write_result(RESULT, result)
    write(result)


def questions() -> list[str]:
    """Everyday questions; danger is left out, since its answer goes out also where nothing can be kept."""
    return [text for text in everyday_questions() if urgent_reply(text) is None]


def merged(known: Mapping[str, Any], rows: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of before, with those of now in their places, in the order of the list."""
    every = {**known, **rows}
    return {name: every[name] for name in NAMES if name in every}


def judged(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is not as it has to be, in words; a fault that could not be made is not."""
    return [f"{name}: {what}" for name, row in rows.items() for what in row["wrong"]]


def _known() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RESULT.read_text("utf-8"))["faults"] if RESULT.exists() else {}
    return found


if __name__ == "__main__":
    sys.exit(main())
