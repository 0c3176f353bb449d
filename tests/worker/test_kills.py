"""The acceptance run in short: real processes are killed at random points, every row is as it has to be."""

from __future__ import annotations

from pathlib import Path

from bench.killing.plant import planted
from bench.kills import judged, tried

KILLS = 5


def test_whatever_is_killed_no_draft_or_notice_is_lost_or_doubled(migrated_url: str, tmp_path: Path) -> None:
    home = tmp_path / "plant"
    home.mkdir()
    with planted(migrated_url, home) as plant:
        figures = tried(plant, KILLS, files=30, askers=800)
    assert judged(figures) == []
    assert sum(figures["kills"].values()) == KILLS
    assert {name.split()[0] for name in figures["kills"]} == {"worker", "redis"}
    assert figures["taken_over"] > 0, "a job went on elsewhere"
    assert figures["imports"]["drafts"] == 33
    assert figures["notices"]["notices"] > 0
