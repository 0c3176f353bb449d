"""The coverage–risk curve as an SVG that reads on a light and on a dark page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from knowledge_base.evaluation.curve import Point

_WIDTH, _LEFT, _RIGHT = 640, 56, 616
_FIRST, _PANEL, _GAP, _FOOT = 52, 150, 44, 52
# Middle tones: each has contrast enough on white and on near black.
_INK = "#7a828c"
_PANELS = (
    ("risk", "作答中答错的比例 wrong among answered", "#d9534f"),
    ("hidden", "隐去原文仍作答的比例 answered, gold hidden", "#3f8fd2"),
)
_FONT = "system-ui, 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"


def draw(points: Sequence[Point], now: Point) -> str:
    """The picture; `now` is the point of the threshold in force.

    Across: the share answered with the documents in the base. Up, a panel each: the share of wrong ones among
    them, and the share still answered at the same threshold once each question's own documents are hidden.
    """
    panels = [(name, label, colour) for name, label, colour in _PANELS if _places(points, name)]
    height = _FIRST + len(panels) * (_PANEL + _GAP) - _GAP + _FOOT
    foot = height - _FOOT
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
        f' height="{height}" role="img" font-family="{_FONT}" font-size="13" fill="{_INK}">',
        "<title>作答比例与风险 coverage and risk</title>",
        *_threshold(now, foot),
    ]
    for number, (name, label, colour) in enumerate(panels):
        top = _FIRST + number * (_PANEL + _GAP)
        body += _panel(_places(points, name), _places([now], name), label, colour, top)
    return "\n".join([*body, *_foot(foot), "</svg>", ""])


def _places(points: Sequence[Point], name: str) -> list[tuple[float, float]]:
    """Where a curve runs; it begins where something is answered."""
    found = [(point.coverage, getattr(point, name)) for point in points if point.coverage]
    return list(dict.fromkeys((across, up) for across, up in found if up is not None))


def _x(share: float) -> float:
    return round(_LEFT + share * (_RIGHT - _LEFT), 1)


def _threshold(now: Point, foot: int) -> Iterator[str]:
    x = _x(now.coverage)
    yield f'<path d="M{x} {_FIRST - 22}V{foot}" stroke="{_INK}" stroke-dasharray="4 4"/>'
    yield f'<text x="{x}" y="{_FIRST - 30}" text-anchor="middle">阈值 threshold {now.threshold:g}</text>'


def _panel(
    places: Sequence[tuple[float, float]],
    now: Sequence[tuple[float, float]],
    label: str,
    colour: str,
    top: int,
) -> Iterator[str]:
    # The scale ends at a full tenth, so that pictures of like figures look alike.
    most = max(0.1, ceil(max(up for _, up in places) * 10) / 10)
    foot = top + _PANEL

    def y(share: float) -> float:
        return round(foot - share / most * _PANEL, 1)

    for step in (0, 0.5, 1):
        at = y(most * step)
        yield f'<path d="M{_LEFT} {at}H{_RIGHT}" stroke="{_INK}" stroke-opacity=".4"/>'
        yield f'<text x="{_LEFT - 8}" y="{at + 4}" text-anchor="end">{most * step:.0%}</text>'
    yield f'<text x="{_LEFT}" y="{top - 8}" fill="{colour}">{label}</text>'
    line = " ".join(f"{_x(across)},{y(up)}" for across, up in places)
    yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for across, up in now:
        yield f'<circle cx="{_x(across)}" cy="{y(up)}" r="4.5" fill="{colour}"/>'
        yield f'<text x="{_x(across) - 9}" y="{y(up) - 9}" text-anchor="end" fill="{colour}">{up:.1%}</text>'


def _foot(foot: int) -> Iterator[str]:
    for step in range(6):
        yield f'<text x="{_x(step / 5)}" y="{foot + 18}" text-anchor="middle">{step / 5:.0%}</text>'
    yield f'<text x="{(_LEFT + _RIGHT) / 2}" y="{foot + 42}" text-anchor="middle">作答的比例 answered</text>'
