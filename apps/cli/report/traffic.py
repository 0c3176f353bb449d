"""What the answer log tells of the last days: statuses and opinions by day, times by step. Pure."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta, tzinfo
from typing import Any

import numpy as np

from core.answering import AnswerStatus
from core.citizens.answer_log import LoggedOpinion, LoggedTurn


def traffic(
    turns: Iterable[LoggedTurn], opinions: Iterable[LoggedOpinion], days: Sequence[date], zone: tzinfo
) -> dict[str, Any]:
    """The chapter on traffic as plain values; days without a turn are there, with nothing in them."""
    statuses: dict[date, Counter[str]] = defaultdict(Counter)
    times: dict[str, array[float]] = defaultdict(lambda: array("d"))
    for turn in turns:
        statuses[turn.at.astimezone(zone).date()][turn.status] += 1
        for step, spent_ms in turn.step_ms.items():
            times[step].append(spent_ms)
    said: dict[date, Counter[bool]] = defaultdict(Counter)
    for opinion in opinions:
        said[opinion.at.astimezone(zone).date()][opinion.useful] += 1
    rows: list[dict[str, Any]] = [
        {
            "day": day.isoformat(),
            "turns": statuses[day].total(),
            "statuses": {status.value: statuses[day][status.value] for status in AnswerStatus},
            "useful": said[day][True],
            "not_useful": said[day][False],
        }
        for day in days
    ]
    useful, not_useful = (sum(row[name] for row in rows) for name in ("useful", "not_useful"))
    return {
        "turns": sum(row["turns"] for row in rows),
        "days": rows,
        "useful": useful,
        "not_useful": not_useful,
        "useful_share": round(useful / (useful + not_useful), 4) if useful + not_useful else None,
        "steps": [_percentiles(step, spent) for step, spent in times.items()],
    }


def _percentiles(step: str, spent_ms: array[float]) -> dict[str, Any]:
    p50, p95 = np.percentile(spent_ms, (50, 95))
    return {
        "step": step,
        "n": len(spent_ms),
        "p50_ms": round(float(p50), 2),
        "p95_ms": round(float(p95), 2),
    }


def last_days(today: date, count: int) -> list[date]:
    """So many days up to today, in order."""
    return [today - timedelta(days=back) for back in range(count - 1, -1, -1)]
