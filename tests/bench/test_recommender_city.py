"""What the acceptance run in a made-up city takes for a failure."""

from __future__ import annotations

from typing import Any

from bench.recommender_city import problems

GOOD: dict[str, Any] = {
    "lost": [],
    "differences": {"popular": {"ndcg": {"value": 0.05, "low": 0.02, "high": 0.09}}},
    "trainings": [{"taken": False}, {"taken": True}],
}
NULL = {"covers_zero": True}


def test_what_is_promised_is_enough() -> None:
    assert problems(GOOD, NULL) == []


def test_without_a_trained_model_nothing_was_measured() -> None:
    (found,) = problems({**GOOD, "trainings": [{"taken": False}, {"taken": False}]}, NULL)
    assert "no trained model was taken" in found


def test_whatever_else_falls_short_is_named() -> None:
    behind = {"popular": {"ndcg": {"value": 0.01, "low": -0.02, "high": 0.04}}}
    bad = {**GOOD, "lost": ["age 0-17"], "differences": behind}
    assert len(problems(bad, {"covers_zero": False})) == 3
