"""Bars as SVG that read on a light and on a dark page: turns by day, times by step. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from insight.charts import Series, bars, svg
from insight.outcomes import COLOURS, by_family

_RIGHT = 700
FAMILY_LABELS: Final = {
    "answered": "作答 answered",
    "canned": "固定答复 canned",
    "clarify": "反问 clarify",
    "no_answer": "无答案 no answer",
    "referred_or_blocked": "转介或拦截 referred, blocked",
    "error": "出错 error",
}


def turns_by_day(days: Sequence[Mapping[str, Any]]) -> str:
    """One bar a day, stacked by how the turns ended."""
    families = [by_family(day["statuses"]) for day in days]
    series = [
        Series(label, COLOURS[name], [one[name] for one in families]) for name, label in FAMILY_LABELS.items()
    ]
    return bars("每天的问答 turns by day", [day["day"][5:] for day in days], series)


def times_by_step(steps: Sequence[Mapping[str, Any]]) -> str:
    """Two bars a step: its median and what 95 % stay below, in milliseconds."""
    row, left = 38, 150
    most = max((step["p95_ms"] for step in steps), default=0) or 1.0
    body = [f'<text x="{left}" y="18">毫秒 milliseconds: p50, p95</text>']
    for number, step in enumerate(steps):
        y = 36 + number * row
        body.append(f'<text x="{left - 8}" y="{y + 19}" text-anchor="end">{escape(str(step["step"]))}</text>')
        for at, name, colour in ((y, "p50_ms", "#3f8fd2"), (y + 15, "p95_ms", "#c98a1b")):
            size = step[name] / most * (_RIGHT - left - 60)
            body.append(
                f'<rect x="{left}" y="{at}" width="{max(size, 1):.1f}" height="12" fill="{colour}"/>'
                f'<text x="{left + max(size, 1) + 6:.1f}" y="{at + 11}" font-size="12">{step[name]:g}</text>'
            )
    return svg(36 + len(steps) * row + 8, "各步骤用时 time by step", body)
