"""Acceptance run of grouping: are questions on the same matter put together, and how fast.

`python -m bench.groups`. A known group is a guide or FAQ of the example city, with its name and the other
ways to ask for it, or a document of `ncp` with the questions that people asked of it (`WEIZHENG_DATA`).
Thirty records and 45 documents, drawn once, are the part that thresholds are chosen on; of the others 2,000
questions are grouped. Beside it, in the same run and with its threshold chosen on the same part: TF-IDF of
character bigrams and agglomerative clustering, which sees all questions at once. Ours gets them one by one,
in ten orders.

Timed are points around the vectors of real questions, embedding told apart.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.partitions import agreement, interval
from bench.running import PROJECT, QUERIES, RESULTS, described, missed, write_result
from casework.grouping import (
    Grouping,
    Points,
    Thresholds,
    centre_of,
    ordinary_subjects,
    points_of,
    subject_of,
)
from core.settings import load_settings
from knowledge_base.embedding.loading import open_embedder
from knowledge_base.embedding.port import Embedder
from knowledge_base.evaluation.lines import read_queries

CITY = PROJECT / "examples" / "shili"
CHOSEN_ON = (30, 45)
QUESTIONS, ORDERS, SEED = 2000, 10, 11
AS_GOOD = 0.02
MANY, TIMED = 100_000, 1000
# How far a made question lies from a real one: about as far as another wording (cosine .8).
SPREAD = 0.75
MOST = {"seconds_100k": 300.0, "ms_each": 50.0}
Asked = tuple[str, str]
Chosen = tuple[float, float]


def main() -> int:
    """Groups, prints and writes; 1 where ours is not ahead or too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        embedder = open_embedder(load_settings().model_copy(update={"home": Path(scratch)}))
        chosen_on, measured_on = parts(known_questions())
        result = described() | quality(embedder, chosen_on, measured_on)
        result["speed"] = speed(embedder, [question for _, question in (*chosen_on, *measured_on)])
    result["missed"] = missed(result["speed"], {}, MOST)
    if result["ahead_interval"][0] <= 0:
        result["missed"].append("not ahead of TF-IDF")
    write_result(RESULTS / "groups.json", result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


def known_questions() -> dict[str, dict[str, list[str]]]:
    """Questions by what they are of, those of the city and those of documents."""
    city: dict[str, list[str]] = {}
    for path in sorted([*CITY.glob("guides/*.yaml"), *CITY.glob("faq/*.yaml")]):
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        for record in loaded.get("items") or loaded.get("documents"):
            name = record.get("name") or record["title"]
            city[record["external_id"]] = [name, *record.get("question_variants", [])]
    documents: dict[str, list[str]] = {}
    for query in read_queries(QUERIES):
        documents.setdefault(min(query.gold_docids), []).append(query.question)
    return {"city": city, "documents": documents}


def parts(known: dict[str, dict[str, list[str]]]) -> tuple[list[Asked], list[Asked]]:
    """What thresholds are chosen on, and what is measured: no record has questions in both."""
    chance = random.Random(SEED)
    first: list[Asked] = []
    second: list[Asked] = []
    for groups, size in zip(known.values(), CHOSEN_ON, strict=True):
        names = sorted(groups)
        chance.shuffle(names)
        for place, name in enumerate(names):
            (first if place < size else second).extend((name, question) for question in groups[name])
    chance.shuffle(first)
    chance.shuffle(second)
    return first, second[:QUESTIONS]


def quality(embedder: Embedder, chosen_on: Sequence[Asked], measured_on: Sequence[Asked]) -> dict[str, Any]:
    """Both ways on both parts."""
    centre = centre_of(embedder.queries(ordinary_subjects()))
    mine = [_points(embedder, centre, part) for part in (chosen_on, measured_on)]
    theirs = [_tf_idf(part) for part in (chosen_on, measured_on)]
    own = Thresholds()
    best, tried = _best(chosen_on, lambda together: grouped(mine[0], replace(own, together=together)))
    their_best, _ = _best(chosen_on, lambda least: clustered(theirs[0], least))
    gold = [group for group, _ in measured_on]
    runs = [agreement(gold, grouped(mine[1], own, order)) for order in range(ORDERS)]
    beside = agreement(gold, clustered(theirs[1], their_best))
    f1s = [run.f1() for run in runs]
    middle = runs[int(np.argsort(f1s)[len(f1s) // 2])]
    one_by_one = [agreement(gold, grouped(mine[1], own, order, tidy=False)).f1() for order in range(ORDERS)]
    return {
        "questions": len(measured_on),
        "groups": len(set(gold)),
        "chosen_on": {"questions": len(chosen_on), "best_together": best, "f1_by_together": tried},
        "thresholds": {"joins": own.joins, "alike": own.alike, "together": own.together},
        "ours": middle.figures() | {"f1_by_order": _spread(f1s), "f1_before_regrouping": _spread(one_by_one)},
        "tf_idf": beside.figures() | {"least_similarity": their_best},
        "ahead": round(middle.f1() - beside.f1(), 4),
        "ahead_interval": interval(middle.drawn_f1() - beside.drawn_f1()),
    }


def grouped(points: Points, thresholds: Thresholds, order: int = 0, *, tidy: bool = True) -> list[int]:
    """The group of each question; they come one by one in an order drawn by its number."""
    grouping = Grouping(points.shape[1], thresholds=thresholds)
    drawn = np.random.default_rng(order).permutation(len(points))
    placed = grouping.assign(points[drawn], [str(place) for place in drawn])
    moved = grouping.regroup() if tidy else {}
    joined = grouping.changes().joined
    found = [0] * len(points)
    for place, one in zip(drawn.tolist(), placed, strict=True):
        found[place] = moved.get(joined.get(one.part, one.part), one.group)
    return found


def clustered(similarity: NDArray[np.float64], least: float) -> list[int]:
    """Groups of average linkage on cosines."""
    model = AgglomerativeClustering(
        n_clusters=None, distance_threshold=1 - least, metric="precomputed", linkage="average"
    )
    found: list[int] = model.fit_predict(1 - similarity).tolist()
    return found


def speed(embedder: Embedder, questions: Sequence[str]) -> dict[str, Any]:
    """A hundred thousand points in turn, then single questions with their embedding."""
    centre = centre_of(embedder.queries(ordinary_subjects()))
    subjects = [subject_of(question) for question in questions]
    begun = time.monotonic()
    vectors = embedder.queries(subjects)
    per_second = len(subjects) / (time.monotonic() - begun)
    chance = np.random.default_rng(SEED)
    points = points_of(vectors, centre)
    near = points[chance.integers(len(points), size=MANY)]
    noise = chance.standard_normal(near.shape).astype(np.float32)
    many = points_of(near + SPREAD * noise / np.sqrt(np.float32(near.shape[1])), np.zeros_like(centre))
    grouping = Grouping(points.shape[1])
    begun = time.monotonic()
    grouping.assign(many, [""] * MANY)
    assigned = time.monotonic() - begun
    grouping.regroup()
    spent = time.monotonic() - begun
    each = [_alone(embedder, centre, grouping, question) for question in questions[:TIMED]]
    worst = _nothing_in_common(points.shape[1])
    return {
        "questions": MANY,
        "groups": len(grouping.groups()),
        "parts": len(grouping),
        "seconds_100k": round(spent, 1),
        "of_it_regrouping": round(spent - assigned, 1),
        "seconds_100k_nothing_in_common": round(worst, 1),
        "embedding_per_second": round(per_second, 1),
        "ms_each": round(float(np.percentile([sum(one) for one in each], 95)), 2),
        "ms_each_median": round(float(np.median([sum(one) for one in each])), 2),
        "of_it_grouping_median": round(float(np.median([one[1] for one in each])), 2),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _alone(embedder: Embedder, centre: Points, grouping: Grouping, question: str) -> tuple[float, float]:
    """Milliseconds of embedding a question and of grouping it."""
    begun = time.monotonic()
    vectors = embedder.queries([subject_of(question)])
    embedded = time.monotonic()
    grouping.assign(points_of(vectors, centre), [question])
    return (embedded - begun) * 1000, (time.monotonic() - embedded) * 1000


def _nothing_in_common(dimension: int) -> float:
    """Seconds for as many questions of which no two are alike: as many groups as are ever kept."""
    drawn = np.random.default_rng(SEED).standard_normal((MANY, dimension)).astype(np.float32)
    points = points_of(drawn, np.zeros(dimension, dtype=np.float32))
    grouping = Grouping(dimension)
    begun = time.monotonic()
    grouping.assign(points, [""] * MANY)
    grouping.regroup()
    return time.monotonic() - begun


def _points(embedder: Embedder, centre: Points, part: Sequence[Asked]) -> Points:
    return points_of(embedder.queries([subject_of(question) for _, question in part]), centre)


def _tf_idf(part: Sequence[Asked]) -> NDArray[np.float64]:
    rows = TfidfVectorizer(analyzer="char", ngram_range=(2, 2)).fit_transform([text for _, text in part])
    found: NDArray[np.float64] = np.clip((rows @ rows.T).toarray(), 0, 1)
    return found


def _best(part: Sequence[Asked], group: Callable[[float], list[int]]) -> tuple[float, dict[str, float]]:
    gold = [name for name, _ in part]
    tried = {
        round(float(least), 3): round(agreement(gold, group(float(least))).f1(), 4)
        for least in np.arange(0.01, 0.5, 0.01)
    }
    # Of those as good as the best the strictest: staff join two groups sooner than they take one apart.
    good = [least for least, f1 in tried.items() if f1 >= max(tried.values()) - AS_GOOD]
    return max(good), {str(least): f1 for least, f1 in tried.items()}


def _spread(values: Sequence[float]) -> dict[str, float]:
    named = {"least": min(values), "mean": float(np.mean(values)), "most": max(values)}
    return {name: round(value, 4) for name, value in named.items()}


if __name__ == "__main__":
    sys.exit(main())
