"""Acceptance run of the recommending model on public data: known citizens, new ones, new items.

`python -m bench.recommender [--data FOLDER]`. Runs `weizheng recommender evaluate` three times and keeps what
it prints, with the day and the commit, beside the page that tells of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.running import RESULTS, described, missed, told, write_result

RUNS = ("movielens", "newcomers", "cold-items")
OURS = "weizheng"
LEAST = {"ndcg": 0.4842, "precision": 0.4221}
LEAST_OF_NEWCOMERS = {"precision": 0.320}
MOST_OF_NEWCOMERS = {"p95": 5.0}


def problems(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is not as promised, in words."""
    found = []
    if "movielens" in results:
        found += missed(row(results["movielens"], OURS), LEAST, {})
    if "newcomers" in results:
        figures = {**row(results["newcomers"], OURS), **results["newcomers"]["ms_each"]}
        found += missed(figures, LEAST_OF_NEWCOMERS, MOST_OF_NEWCOMERS)
    if "cold-items" in results:
        for name, ahead in results["cold-items"]["ahead_on_ndcg"].items():
            found += missed({f"nDCG ahead of {name}": ahead["mean"]}, {f"nDCG ahead of {name}": 0.0001}, {})
    return found


def row(result: Mapping[str, Any], name: str) -> dict[str, Any]:
    """One method's figures."""
    rows: list[dict[str, Any]] = result["rows"]
    return next(one for one in rows if one["name"] == name)


def main() -> int:
    """Runs, writes, judges; 1 where something is not as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="with ml-100k.inter, .item and .user")
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS))
    given = parser.parse_args()
    where = ["--data", str(given.data.resolve())] if given.data else []
    console = Console(stderr=True)
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in given.only:
            with console.status(name):
                results[name] = told(Path(folder), "recommender", "evaluate", name, *where)
            console.print(f"{name}: {json.dumps(results[name]['rows'])}", highlight=False)
            target = RESULTS / f"recommender_{name.replace('-', '_')}.json"
            write_result(target, {**described(), **results[name]})
    found = problems(results)
    console.print(f"missed: {found}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
