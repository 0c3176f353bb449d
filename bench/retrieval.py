"""Acceptance run of retrieval: imports a corpus into an empty folder, asks every question, keeps the figures.

`python -m bench.retrieval [--home FOLDER]`; the data are those of `WEIZHENG_DATA`. With a folder that holds
the corpus already the import is left out. Draws the curve of what each answer threshold costs, too.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.running import (
    DATA,
    OFFTOPIC,
    QUERIES,
    RESULTS,
    answered_too_often,
    described,
    missed,
    told,
    weizheng,
    write_result,
)

RESULT = RESULTS / "retrieval.json"
LEAST = {
    "hit@1": 0.84,
    "mrr@10": 0.89,
    "answer@300": 0.70,
    "answer@600": 0.82,
    "shown@300": 0.67,
    "answered": 0.78,
}
MOST = {"wrong_among_answered": 0.10}
MOST_WITHOUT_GOLD = {"answered": 0.25}


def main() -> int:
    """Runs, prints and writes; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="an installation that holds the corpus already")
    home: Path | None = parser.parse_args().home
    with tempfile.TemporaryDirectory() as scratch:
        result = described()
        if home is None:
            home = Path(scratch) / "home"
            result["import"] = _import(home, DATA / "corpus.jsonl") | {"commit": result["commit"]}
        elif RESULT.exists():
            # Not measured anew: it keeps the commit it is of.
            result |= {"import": json.loads(RESULT.read_text(encoding="utf-8")).get("import")}
        result |= _measure(home, Path(scratch))
    result["missed"] = [
        *missed(result["figures"], LEAST, MOST),
        *(f"without gold: {what}" for what in missed(result["figures_without_gold"], {}, MOST_WITHOUT_GOLD)),
        *answered_too_often(result["refusals"]["kinds"]),
    ]
    write_result(RESULT, result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


def _measure(home: Path, scratch: Path) -> dict[str, Any]:
    dump, hidden = scratch / "dump.jsonl", scratch / "hidden.jsonl"
    found = {
        "figures": told(home, "kb", "evaluate", QUERIES, "--dump", dump),
        "figures_without_gold": told(home, "kb", "evaluate", QUERIES, "--without-gold", "--dump", hidden),
        "refusals": told(home, "kb", "refusals", OFFTOPIC),
    }
    curve = (dump, "--without-gold", hidden, "--gold", QUERIES, "--out", RESULTS / "curve.svg")
    weizheng(home, "kb", "curve", *curve)
    return found


def _import(home: Path, corpus: Path) -> dict[str, Any]:
    begun = time.monotonic()
    report = told(home, "kb", "import", corpus, "--publish")
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "documents": report["created"],
        "passages": report["passages"],
        "seconds": round(seconds, 1),
        "passages_per_s": round(report["passages"] / seconds, 1),
        "peak_mb": round(peak / 1024),
    }


if __name__ == "__main__":
    sys.exit(main())
