"""Bars and lines as SVG that read on a light and on a dark page, without style or script. Pure.

A chart shows what a table beside it tells: it has a title and no other words for readers of a screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 720
INK: Final = "#7a828c"
_LEFT, _RIGHT = 64, 700
_TOP, _PANEL, _FOOT = 32, 200, 40
_IN_A_ROW, _ROW = 3, 22
# More figures over bars would run into each other.
_MOST_FIGURES: Final = 14
_MOST_LABELS: Final = 8
_FONT = "system-ui, 'Noto Sans SC', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif"


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind, one for each label; None where there is none."""

    name: str
    colour: str
    values: Sequence[float | None]


def bars(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """One bar for each label, stacked in the order of the series."""
    totals = [sum(one.values[place] or 0 for one in series) for place in range(len(labels))]
    most, top = round_up(max(totals, default=0)), _top(series)
    body = [*_legend(series), *_scale(top, most, ""), *_stacks(labels, series, totals, top, most)]
    return svg(top + _PANEL + _FOOT, title, [*body, *_feet(labels, top)])


def lines(title: str, labels: Sequence[str], series: Sequence[Series], unit: str = "", most: int = 0) -> str:
    """One line for each series, broken where there is no value.

    Args:
        unit: Written after the values of the scale.
        most: The end of the scale; found from the values where it is 0.
    """
    highest = max((value for one in series for value in one.values if value is not None), default=0)
    most, top = most or round_up(highest), _top(series)
    body = [*_legend(series), *_scale(top, most, unit)]
    for one in series:
        body += _line(labels, one, top, most, unit)
    return svg(top + _PANEL + _FOOT, title, [*body, *_feet(labels, top)])


def svg(height: int, title: str, body: Sequence[str]) -> str:
    """A picture of the width that all have."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(title)}" font-family="{_FONT}"'
        f' font-size="13" fill="{INK}">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", *body, "</svg>", ""])


def round_up(most: float) -> int:
    """The end of a scale: an even number with one leading digit, so that like days look alike."""
    whole = max(1, -int(-most // 1))
    step = int(10 ** (len(str(whole)) - 1))
    return max(2, -(-whole // step) * step)


def _top(series: Sequence[Series]) -> int:
    return _TOP + _ROW * -(-len(series) // _IN_A_ROW)


def _stacks(
    labels: Sequence[str], series: Sequence[Series], totals: Sequence[float], top: int, most: int
) -> Iterator[str]:
    room = _room(labels)
    for place, label in enumerate(labels):
        x, up = _LEFT + place * room + room * 0.15, float(top + _PANEL)
        for one in series:
            value = one.values[place] or 0
            size = value / most * _PANEL
            up -= size
            if value:
                yield (
                    f'<rect x="{x:.1f}" y="{up:.1f}" width="{room * 0.7:.1f}" height="{size:.1f}"'
                    f' fill="{one.colour}"><title>{escape(f"{label} {one.name}")}: {value:g}</title></rect>'
                )
        if totals[place] and len(labels) <= _MOST_FIGURES:
            yield _text(x + room * 0.35, up - 5, f"{totals[place]:g}")


def _line(labels: Sequence[str], one: Series, top: int, most: int, unit: str) -> Iterator[str]:
    """Through all values that follow each other; each is a point as well, which names itself."""
    room, path, apart = _room(labels), [], True
    for place, value in enumerate(one.values):
        if value is None:
            apart = True
            continue
        x, y = _LEFT + (place + 0.5) * room, top + _PANEL * (1 - min(1.0, value / most))
        path.append(f"{'M' if apart else 'L'}{x:.1f} {y:.1f}")
        apart = False
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{one.colour}">'
            f"<title>{escape(f'{labels[place]} {one.name}')}: {value:.4g}{escape(unit)}</title></circle>"
        )
    if path:
        yield f'<path d="{"".join(path)}" fill="none" stroke="{one.colour}" stroke-width="2"/>'


def _legend(series: Sequence[Series]) -> Iterator[str]:
    for number, one in enumerate(series):
        x, y = _LEFT + number % _IN_A_ROW * 212, 18 + number // _IN_A_ROW * _ROW
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{one.colour}"/>'
        yield f'<text x="{x + 18}" y="{y}">{escape(one.name)}</text>'


def _scale(top: int, most: int, unit: str) -> Iterator[str]:
    for part in (0, 0.5, 1):
        y = top + _PANEL - part * _PANEL
        yield f'<path d="M{_LEFT} {y}H{_RIGHT}" stroke="{INK}" stroke-opacity=".4"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{most * part:g}{escape(unit)}</text>'


def _feet(labels: Sequence[str], top: int) -> Iterator[str]:
    every, room = max(1, -(-len(labels) // _MOST_LABELS)), _room(labels)
    for place in range(0, len(labels), every):
        yield _text(_LEFT + (place + 0.5) * room, top + _PANEL + 20, labels[place])


def _room(labels: Sequence[str]) -> float:
    return (_RIGHT - _LEFT) / max(1, len(labels))


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(words)}</text>'
