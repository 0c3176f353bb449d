"""The figures beside their bounds, and the page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.pages import put, table
from bench.running import PROJECT

RESULT = PROJECT / "docs" / "benchmarks" / "benchmarks.json"
PAGE = PROJECT / "docs" / "benchmarks.md"
_MARKS = {True: "✓", False: "✗", None: "–"}
_BESIDE = "beside_bare_rasa"
Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Bound:
    """A figure that is promised: at most or at least so much."""

    title: str
    figure: Callable[[Figures], float]
    most: float | None = None
    least: float | None = None

    def kept(self, value: float) -> bool:
        """Whether a figure keeps it."""
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)

    @property
    def words(self) -> str:
        """As the page says it."""
        return f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"


BOUNDS = {
    "turn": Bound(
        "p50 of a turn over bare Rasa with its default pipeline",
        lambda f: f[_BESIDE]["weizheng"]["p50_ms"] / f[_BESIDE]["default"]["p50_ms"],
        most=0.9,
    ),
    "long": Bound("turn 300 over turn 10", lambda f: f["chat"]["long"]["ratio"], most=1.3),
    "memory": Bound(
        "memory of Rasa after 10,000 turns over after 1,000",
        lambda f: f["chat"]["memory_of_rasa"]["ratio"],
        most=1.1,
    ),
    "errors": Bound(
        "errors at 1, 16 and 64 citizens",
        lambda f: sum(
            one["errors"]
            for one in (
                *f["chat"]["citizens"].values(),
                f[_BESIDE]["weizheng"],
                f[_BESIDE]["weizheng_at_16"],
            )
        ),
        most=0,
    ),
    "at_16": Bound(
        "turns a second of 16 citizens over bare Rasa with logistic regression",
        lambda f: f[_BESIDE]["weizheng_at_16"]["per_s"] / f[_BESIDE]["logistic_at_16"]["per_s"],
        least=1.0,
    ),
    "search": Bound(
        "p95 of a search in a district among 100,000 passages, ms",
        lambda f: f["search"]["100000"]["in_a_district"]["p95_ms"],
        most=25,
    ),
    "exact": Bound(
        "nearest passages on which FAISS and brute force agree",
        lambda f: f["search"]["100000"]["faiss_agrees"],
        least=0.9999,
    ),
    "start": Bound(
        "start with 100,000 passages and a saved index, s",
        lambda f: f["search"]["100000"]["start_s"],
        most=12,
    ),
    "publish": Bound(
        "publication to found, slowest of 20, s",
        lambda f: f["search"]["100000"]["publish_to_found_s"]["max"],
        most=1,
    ),
    "import": Bound("import over plain fp32 encoding, passages/s", lambda f: f["import"]["ratio"], least=2),
    "console": Bound(
        "p95 of the slowest page of the console, ms",
        lambda f: max(one["p95_ms"] for one in f["console"]["pages"].values()),
        most=500,
    ),
    "logged": Bound(
        "p95 of the slowest page of board and overview over a million logged questions, ms",
        lambda f: max(one["p95_ms"] for one in f["logged_questions"]["pages"].values()),
        most=500,
    ),
    "recommending": Bound(
        "p50 of one citizen's top 10 of 3,000 service items in process, ms",
        lambda f: f["recommending"]["in_process"]["p50_ms"],
        most=2,
    ),
    "recommending_many": Bound(
        "top 10 of 3,000 service items by the full recipe, citizens a second",
        lambda f: f["recommending"]["per_s"]["full_recipe"],
        least=3_000,
    ),
    "ranking_one": Bound(
        "p50 of the model's ten best of 3,000 items for one citizen, ms",
        lambda f: f["ranking"]["one"]["p50_ms"],
        most=2,
    ),
    "ranking": Bound(
        "scores and ten best of 3,000 items, citizens a second",
        lambda f: f["ranking"]["per_s"]["ours"],
        least=60_000,
    ),
    "size": Bound(
        "memory of an installation with 100,000 passages, MB",
        lambda f: f["installation"]["total_mb"],
        most=4096,
    ),
}


def verdicts(figures: Figures) -> dict[str, dict[str, Any]]:
    """Each bound with what was measured; `kept` is null where a chapter was not run yet."""
    return {name: _verdict(bound, figures) for name, bound in BOUNDS.items()}


def _verdict(bound: Bound, figures: Figures) -> dict[str, Any]:
    try:
        value = round(bound.figure(figures), 4)
    except KeyError:
        return {"title": bound.title, "value": None, "bound": bound.words, "kept": None}
    return {"title": bound.title, "value": value, "bound": bound.words, "kept": bound.kept(value)}


def page(result: Figures) -> None:
    """Writes the measured part of the page anew, between its two marks."""
    put(PAGE, measured(result))


def measured(result: Figures) -> str:
    """The tables."""
    figures = result["figures"]
    chapters = (_turns, _steps, _search, _console, _logged, _recommending, _ranking, _interactions)
    tables = [chapter(figures) for chapter in chapters]
    parts = [
        _when(figures),
        table(
            ("promised", "bound", "measured", ""),
            [
                (one["title"], one["bound"], _number(one["value"]), _MARKS[one["kept"]])
                for one in result["verdicts"].values()
            ],
        ),
        *(table(heads, rows) for heads, rows in tables if rows),
        *([_sizes(figures["installation"])] if "installation" in figures else []),
    ]
    return "\n".join(parts)


def _when(figures: Figures) -> str:
    """Which chapters were measured when: chapters can be repeated one by one."""
    chapters: dict[str, list[str]] = {}
    for name, chapter in figures.items():
        told = chapter["measured"]
        chapters.setdefault(f"on {told['date']} at {told['commit']}, {told['cores']} cores", []).append(name)
    said = (f"{when}: {', '.join(names)}" for when, names in chapters.items())
    return f"Measured {'; '.join(said)}.\n"


def _turns(figures: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    heads = ("turns", "turns/s", "p50 ms", "p95 ms", "errors")
    named = {
        "bare Rasa, default pipeline, one citizen": (_BESIDE, "default"),
        "bare Rasa, logistic regression, one citizen": (_BESIDE, "logistic"),
        "weizheng, one citizen, fresh conversations": (_BESIDE, "weizheng"),
        "bare Rasa, logistic regression, 16 citizens": (_BESIDE, "logistic_at_16"),
        "weizheng, 16 citizens": (_BESIDE, "weizheng_at_16"),
        "weizheng, 16 citizens, two Rasa workers": ("two_rasa_workers",),
        "weizheng, 1 citizen, questions asked before": ("chat", "citizens", "1"),
        "weizheng, 16 citizens, questions asked before": ("chat", "citizens", "16 again"),
        "weizheng, 64 citizens, most asked before": ("chat", "citizens", "64"),
    }
    rows = []
    for title, path in named.items():
        one = _at(figures, path)
        if one is not None:
            rows.append((title, *(_number(one[key]) for key in ("per_s", "p50_ms", "p95_ms", "errors"))))
    return heads, rows


def _steps(figures: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    steps = _at(figures, ("chat", "steps_ms")) or {}
    return ("step of a turn", "mean ms"), [(step, _number(value)) for step, value in steps.items()]


def _search(figures: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    heads = (
        "passages",
        "p50 / p95 ms",
        "in a district",
        "FAISS",
        "brute force",
        "first start s",
        "start s",
        "published s",
    )
    return heads, [
        (
            f"{one['passages']:,}",
            *(_pair(one[key]) for key in ("everywhere", "in_a_district", "faiss", "brute_force")),
            _number(one["first_start_s"]),
            _number(one["start_s"]),
            _number(one["publish_to_found_s"]["p50"]),
        )
        for size, one in figures.get("search", {}).items()
        if size != "measured"
    ]


def _console(figures: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    pages = _at(figures, ("console", "pages")) or {}
    return ("page of the console", "p50 / p95 ms"), [(name, _pair(one)) for name, one in pages.items()]


def _logged(figures: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    pages = _at(figures, ("logged_questions", "pages")) or {}
    heads = ("page over a million logged questions", "p50 / p95 ms")
    return heads, [(name, _pair(one)) for name, one in pages.items()]


def _recommending(figures: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    found = _at(figures, ("recommending",)) or {}
    heads = ("top 10 of 3,000 service items", "p50 / p95 ms")
    names = [name for name in ("in_process", "over_http") if name in found]
    rows: list[tuple[str, ...]] = [(name, _pair(found[name])) for name in names]
    labels = {
        "full_recipe": "citizens/s, full recipe",
        "scores": "citizens/s, the model's scores and ten best",
        "lightfm_predict": "citizens/s, LightFM.predict and ten best",
    }
    per_s = found.get("per_s", {})
    rows += [(label, _number(per_s[name])) for name, label in labels.items() if name in per_s]
    return heads, rows


def _ranking(figures: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    found = figures.get("ranking")
    if not found:
        return (), []
    training = found["training"]
    took = f"{training['citizens']:,} × {training['items']:,}, {training['interactions']:,} interactions"
    return ("the ranking model, 3,000 items", ""), [
        ("one citizen, p50 / p95 ms", _pair(found["one"])),
        ("citizens/s, scores and ten best", _number(found["per_s"]["ours"])),
        ("citizens/s, a third with four facts told", _number(found["per_s"].get("ours_with_facts"))),
        ("citizens/s, LightFM.predict and ten best", _number(found["per_s"]["lightfm_predict"])),
        (f"training of {took}, s", _number(training["seconds"])),
        ("its peak memory, MB", _number(training["peak_mb"])),
    ]


def _interactions(figures: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rates = _at(figures, ("interactions", "accepted_per_s")) or {}
    names = {
        "one_by_one": "one by one",
        "one_by_one_threads": "by eight at once",
        "by_the_list": "lists of 20",
    }
    return ("interactions kept, SQLite", "a second"), [
        (label, _number(rates[name])) for name, label in names.items() if name in rates
    ]


def _sizes(figures: Figures) -> str:
    rows = [
        (name, _number(megabytes), _number(figures["start_s"].get(name)))
        for name, megabytes in figures["memory_mb"].items()
    ]
    return table(("process, with 100,000 passages", "MB", "start s"), rows)


def _at(figures: Figures, path: tuple[str, ...]) -> Any:
    found: Any = figures
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _pair(one: Mapping[str, float]) -> str:
    return f"{one['p50_ms']:g} / {one['p95_ms']:g}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
