"""Bars as SVG that read on a light and on a dark page: turns by day, times by step. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from apps.cli.report.traffic import by_family

_WIDTH, _LEFT, _RIGHT = 720, 64, 700
_TOP, _PANEL, _FOOT = 76, 200, 40
# Middle tones: each has contrast enough on white and on near black.
_INK = "#7a828c"
_FONT = "system-ui, 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"
FAMILY_LABELS: Final = {
    "answered": ("作答 answered", "#3c9a5f"),
    "canned": ("固定用语 canned", "#3f8fd2"),
    "clarify": ("反问 clarify", "#c98a1b"),
    "no_answer": ("无答案 no answer", "#8b929b"),
    "referred_or_blocked": ("转介或拦截 referred, blocked", "#9b6bd1"),
    "error": ("出错 error", "#d9534f"),
}


def turns_by_day(days: Sequence[Mapping[str, Any]]) -> str:
    """One bar a day, stacked by how the turns ended."""
    height = _TOP + _PANEL + _FOOT
    most = _round_up(max((day["turns"] for day in days), default=0))
    return _svg(height, "每天的问答 turns by day", [*_legend(), *_scale(most), *_day_bars(days, most)])


def _day_bars(days: Sequence[Mapping[str, Any]], most: int) -> Iterator[str]:
    room = (_RIGHT - _LEFT) / max(1, len(days))
    every = max(1, len(days) // 8)
    for number, day in enumerate(days):
        x, up = _LEFT + number * room + room * 0.15, float(_TOP + _PANEL)
        for name, count in by_family(day["statuses"]).items():
            size = count / most * _PANEL
            up -= size
            if count:
                label, colour = FAMILY_LABELS[name]
                yield (
                    f'<rect x="{x:.1f}" y="{up:.1f}" width="{room * 0.7:.1f}" height="{size:.1f}"'
                    f' fill="{colour}"><title>{day["day"]} {escape(label)}: {count}</title></rect>'
                )
        middle = x + room * 0.35
        if day["turns"]:
            yield f'<text x="{middle:.1f}" y="{up - 5:.1f}" text-anchor="middle">{day["turns"]}</text>'
        if number % every == 0:
            foot = _TOP + _PANEL + 20
            yield f'<text x="{middle:.1f}" y="{foot}" text-anchor="middle">{day["day"][5:]}</text>'


def _legend() -> Iterator[str]:
    for number, (label, colour) in enumerate(FAMILY_LABELS.values()):
        x, y = _LEFT + number % 3 * 212, 18 + number // 3 * 22
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 18}" y="{y}">{escape(label)}</text>'


def _scale(most: int) -> Iterator[str]:
    for part in (0, 0.5, 1):
        y = _TOP + _PANEL - part * _PANEL
        yield f'<path d="M{_LEFT} {y}H{_RIGHT}" stroke="{_INK}" stroke-opacity=".4"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{most * part:g}</text>'


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
    return _svg(36 + len(steps) * row + 8, "各步骤用时 time by step", body)


def _svg(height: int, title: str, body: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
        f' height="{height}" role="img" font-family="{_FONT}" font-size="13" fill="{_INK}">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", *body, "</svg>", ""])


def _round_up(most: int) -> int:
    """The end of a scale: an even number with one leading digit, so that like days look alike."""
    step = int(10 ** (len(str(max(1, most))) - 1))
    return max(2, -(-most // step) * step)
