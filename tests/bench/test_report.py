"""The page of figures says at which commit each chapter was measured."""

from __future__ import annotations

from bench.performance.report import measured, verdicts

FIGURES = {
    "import": {"ratio": 2.5, "measured": {"date": "2026-03-01", "commit": "abc", "cores": 2}},
    "console": {
        "pages": {"home": {"p50_ms": 4.0, "p95_ms": 612.0}},
        "measured": {"date": "2026-03-02", "commit": "def", "cores": 4},
    },
}


def test_a_chapter_that_was_repeated_does_not_date_the_others() -> None:
    page = measured({"figures": FIGURES, "verdicts": verdicts(FIGURES)})
    assert "on 2026-03-01 at abc, 2 cores: import" in page
    assert "on 2026-03-02 at def, 4 cores: console" in page


def test_a_bound_is_kept_missed_or_not_measured() -> None:
    kept = {name: one["kept"] for name, one in verdicts(FIGURES).items()}
    assert (kept["import"], kept["console"], kept["search"]) == (True, False, None)
