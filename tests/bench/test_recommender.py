"""What the acceptance run of the recommending model takes for a failure."""

from __future__ import annotations

from typing import Any

from bench.recommender import problems

GOOD: dict[str, dict[str, Any]] = {
    "movielens": {
        "rows": [{"name": "ease", "ndcg": 0.1}, {"name": "weizheng", "ndcg": 0.49, "precision": 0.43}]
    },
    "newcomers": {"rows": [{"name": "weizheng", "precision": 0.33}], "ms_each": {"p50": 0.5, "p95": 0.9}},
    "cold-items": {"rows": [], "ahead_on_ndcg": {"lightfm": {"mean": 0.01}, "content": {"mean": 0.1}}},
}


def test_what_is_promised_is_enough() -> None:
    assert problems(GOOD) == []


def test_each_figure_that_falls_short_is_named() -> None:
    bad: dict[str, dict[str, Any]] = {
        "movielens": {"rows": [{"name": "weizheng", "ndcg": 0.48, "precision": 0.43}]},
        "newcomers": {"rows": [{"name": "weizheng", "precision": 0.31}], "ms_each": {"p50": 1, "p95": 9.0}},
        "cold-items": {"rows": [], "ahead_on_ndcg": {"lightfm": {"mean": -0.01}, "content": {"mean": 0.1}}},
    }
    assert [one.split()[0] for one in problems(bad)] == ["ndcg", "precision", "p95", "nDCG"]


def test_what_was_not_run_is_not_judged() -> None:
    assert problems({"newcomers": GOOD["newcomers"]}) == []
