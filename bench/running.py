"""What the acceptance runs share: the data, one `weizheng` command, what a result is of, and its bounds."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "docs" / "evaluation"
WEIZHENG = Path(sys.executable).with_name("weizheng")
DATA = Path(os.environ.get("WEIZHENG_DATA", PROJECT.parent / "shared" / "data")) / "ncp"
QUERIES = DATA / "queries_dev.jsonl"
OFFTOPIC = PROJECT / "bench" / "questions" / "offtopic_ncp.jsonl"
# Of questions that the base holds no answer to, by kind, at most this share may be answered.
MOST_ANSWERED = {"offtopic": 0.02, "government": 0.10}


def described() -> dict[str, Any]:
    """When, of which commit (or what was changed since) and where a result was measured."""
    changed = _git("status", "--porcelain", "--", ".", ":!docs")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _git("rev-parse", "--short", "HEAD") + ("-dirty" if changed else ""),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def weizheng(home: Path, *arguments: str | Path) -> str:
    """What one command prints on an installation."""
    done = subprocess.run(
        [str(WEIZHENG), *map(str, arguments)],
        env={**os.environ, "WEIZHENG_HOME": str(home)},
        cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def told(home: Path, *arguments: str | Path) -> dict[str, Any]:
    """What one command prints as JSON."""
    found: dict[str, Any] = json.loads(weizheng(home, *arguments, "--json"))
    return found


def missed(
    figures: Mapping[str, float | None], least: Mapping[str, float], most: Mapping[str, float]
) -> list[str]:
    """Bounds that are not kept, in words; a figure that could not be measured keeps none."""
    low = [
        f"{name} {figures[name]} < {bound}"
        for name, bound in least.items()
        if (value := figures[name]) is None or value < bound
    ]
    high = [
        f"{name} {figures[name]} > {bound}"
        for name, bound in most.items()
        if (value := figures[name]) is None or value > bound
    ]
    return low + high


def answered_too_often(kinds: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Kinds of questions without an answer of which too many are answered, in words."""
    return [
        f"{kind}: {what}"
        for kind, most in MOST_ANSWERED.items()
        for what in missed(kinds[kind], {}, {"answered": most})
    ]


def write_result(path: Path, result: Mapping[str, Any]) -> None:
    """Keeps a result beside the pages that tell of it."""
    path.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
