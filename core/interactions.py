"""Settings of how much an interaction says: read from JSON, checked, and laid over what is usual."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

# `apply` and `finish` are an agency's word; what a citizen says of it is no more than a click.
WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "ask": 3.0, "click": 1.0, "open_link": 2.0, "push_open": 1.0, "rate": 2.0,
        "apply": 5.0, "finish": 5.0, "apply_declared": 1.0, "finish_declared": 1.0,
    }
)  # fmt: skip
# Days after which it says half as much.
HALF_LIVES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "ask": 60.0, "click": 30.0, "open_link": 45.0, "push_open": 30.0, "rate": 90.0,
        "apply": 120.0, "finish": 120.0, "apply_declared": 30.0, "finish_declared": 30.0,
    }
)  # fmt: skip
_MOST_WEIGHT: Final = 100.0
_MOST_DAYS: Final = 3650.0


def weights(given: Any) -> dict[str, float]:
    """Weights, from none to 100; one that a citizen declares is no larger than that of a click.

    Raises:
        ValueError: There is no such interaction, or the number cannot be.
    """
    found = _over(WEIGHTS, given, 0.0, _MOST_WEIGHT)
    if max(found["apply_declared"], found["finish_declared"]) > found["click"]:
        raise ValueError(
            "apply_declared and finish_declared must not be above click. 自报的权重不能大于点击。"
        )
    return found


def half_lives(given: Any) -> dict[str, float]:
    """Half-lives in days, from a tenth of one to ten years.

    Raises:
        ValueError: There is no such interaction, or the number cannot be.
    """
    return _over(HALF_LIVES, given, 0.1, _MOST_DAYS)


def _over(usual: Mapping[str, float], given: Any, least: float, most: float) -> dict[str, float]:
    told = _read(given)
    if unknown := sorted(set(told) - set(usual)):
        raise ValueError(f"{unknown[0][:40]} is none of {', '.join(usual)}. 没有这种行为。")
    for name, value in told.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not least <= value <= most:
            raise ValueError(f"{name} must be from {least:g} to {most:g}. 应在 {least:g} 到 {most:g} 之间。")
    return {**usual, **{name: float(value) for name, value in told.items()}}


def _read(given: Any) -> dict[str, Any]:
    try:
        told = json.loads(given or "{}") if isinstance(given, str) else given
    except ValueError:
        told = None
    if not isinstance(told, Mapping):
        raise ValueError('must be JSON such as {"ask": 3}. 应为 JSON 对象。')
    return dict(told)
