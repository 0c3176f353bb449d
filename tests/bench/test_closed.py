"""What the acceptance run of what strangers can do makes of its samples."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

import pytest

from bench import closed, outside, soak
from bench.soak import Sample, Turn

MINUTES = 4.0


def samples(grown_mb: float = 0.0, more_files: float = 0.0) -> list[Sample]:
    """One in five seconds; in the second half memory and files grow steadily by so much."""
    times = [float(at) for at in range(0, 241, 5)]
    shares = [max(0.0, (at - 120) / 120) for at in times]
    return [
        Sample(
            at,
            {"portal": 200 + grown_mb * share},
            {"portal": 30 + round(more_files * share)},
            10_000 + int(at),
        )
        for at, share in zip(times, shares, strict=True)
    ]


def turns(late_ms: float = 40.0, status: int = 200) -> list[Turn]:
    """One a second, of which the last quarter takes its own time."""
    return [Turn(float(at), late_ms if at >= 180 else 40.0, status) for at in range(240)]


def missed(found: list[Sample], said: list[Turn]) -> list[str]:
    return soak.missed(soak.figures(found, said, MINUTES))


def test_a_steady_assistant_has_not_grown() -> None:
    assert missed(samples(grown_mb=1.0), turns()) == []


@pytest.mark.parametrize(
    ("found", "said", "what"),
    [
        (samples(grown_mb=8.0), turns(), "portal: memory grew by"),
        (samples(more_files=9), turns(), "portal: open files grew by"),
        (samples(), turns(late_ms=60.0), "time to answer"),
        (samples(), turns(status=503), "240 errors"),
        (samples(), [], "time to answer"),
    ],
)
def test_growth_is_named(found: list[Sample], said: list[Turn], what: str) -> None:
    (line,) = missed(found, said)
    assert what in line


def test_the_database_s_growth_is_told_for_each_message() -> None:
    assert soak.figures(samples(), turns(), MINUTES)["database_bytes_per_message"] == 1.0


def ports(**changed: Any) -> dict[str, Any]:
    """A scan that found only the portal."""
    found = {"measured": True, "ours_reached": [8000], "portal_port": 8000, "chat_from_outside": 200}
    return found | changed


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (ports(), 0),
        ({"measured": False, "why": "needs root"}, 1),
        (ports(ours_reached=[5005, 8000]), 1),
        (ports(ours_reached=[]), 1),
        (ports(chat_from_outside=503), 1),
    ],
)
def test_only_the_portal_may_be_reached(found: dict[str, Any], lines: int) -> None:
    assert len(outside.missed(found)) == lines


LIMITS = {"answered": 20, "then": 429, "in_danger": "referred_urgent", "let_in_with_a_new_cookie_each": 180}
GOOD = {
    "ports": ports(),
    "limits": LIMITS,
    "interface": {"exit_code": 0},
    "bodies": {"server_errors": [], "bodies": 10},
    "soak": soak.figures(samples(), turns(), MINUTES),
}


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({}, 0),
        ({"limits": LIMITS | {"then": 200}}, 1),
        ({"limits": LIMITS | {"in_danger": None}}, 1),
        ({"limits": LIMITS | {"let_in_with_a_new_cookie_each": 205}}, 1),
        ({"interface": {"exit_code": 1}}, 1),
        ({"bodies": {"server_errors": ["1: 500"]}}, 1),
    ],
)
def test_what_fails_is_named(changed: dict[str, Any], lines: int) -> None:
    assert len(closed.judged(GOOD | changed)) == lines


@pytest.mark.parametrize("part", GOOD)
def test_a_part_that_was_not_measured_is_missed(part: str) -> None:
    rest = {name: found for name, found in GOOD.items() if name != part}
    assert closed.judged(rest) == [f"{part}: not measured"]


def test_a_namespace_is_gone_afterwards_whatever_happens() -> None:
    if outside.cannot():
        assert os.geteuid() != 0 or shutil.which("ip") is None
        return
    names: list[str] = []

    def visit() -> None:
        with outside.neighbour() as other:
            names.append(other.name)
            assert other.python("print(1)").strip() == "1"
            raise RuntimeError("stop here")

    with pytest.raises(RuntimeError, match="stop here"):
        visit()
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    assert names[0] not in listed
