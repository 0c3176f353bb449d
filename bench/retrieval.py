"""Acceptance run of retrieval: imports a corpus into an empty folder, asks every question, keeps the figures.

`python -m bench.retrieval [--home FOLDER]`; the data are those of `WEIZHENG_DATA`. With a folder that holds
the corpus already the import is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
RESULT = PROJECT / "docs" / "evaluation" / "retrieval.json"
WEIZHENG = Path(sys.executable).with_name("weizheng")
FLOORS = {"hit@1": 0.84, "mrr@10": 0.89, "answer@300": 0.70, "answer@600": 0.82}


def main() -> int:
    """Runs, prints and writes; 1 where a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="an installation that holds the corpus already")
    home: Path | None = parser.parse_args().home
    data = Path(os.environ.get("WEIZHENG_DATA", PROJECT.parent / "shared" / "data")) / "ncp"
    with tempfile.TemporaryDirectory() as scratch:
        result = _described()
        if home is None:
            home = Path(scratch) / "home"
            result["import"] = _import(home, data / "corpus.jsonl")
        queries = data / "queries_dev.jsonl"
        result["figures"] = _evaluate(home, queries)
        result["figures_without_gold"] = _evaluate(home, queries, "--without-gold")
    missed = {name: floor for name, floor in FLOORS.items() if result["figures"][name] < floor}
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, ensure_ascii=False, indent=2))
    print(f"below floor: {missed or 'none'}")
    return int(bool(missed))


def _described() -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _import(home: Path, corpus: Path) -> dict[str, float]:
    begun = time.monotonic()
    report = _weizheng(home, "kb", "import", str(corpus), "--publish", "--json")
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "documents": report["created"],
        "passages": report["passages"],
        "seconds": round(seconds, 1),
        "passages_per_s": round(report["passages"] / seconds, 1),
        "peak_mb": round(peak / 1024),
    }


def _evaluate(home: Path, queries: Path, *more: str) -> dict[str, Any]:
    return _weizheng(home, "kb", "evaluate", str(queries), "--json", *more)


def _weizheng(home: Path, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [str(WEIZHENG), *arguments],
        env={**os.environ, "WEIZHENG_HOME": str(home)},
        cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
