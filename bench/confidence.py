"""Fits the confidence of long texts on annotated questions and tells what each threshold costs.

`python -m bench.confidence --home FOLDER`: the folder is an installation that holds the corpus of `ncp`, the
questions are those of `WEIZHENG_DATA`. Each is asked twice, once with its own documents hidden, of the whole
base and of smaller ones drawn from it, so that a new installation is not overconfident. Prints the
weights for `knowledge_base/search/confidence.py`, and cross-validated operating points as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.catalogue.reads import CatalogueReads
from core.catalogue.wordings import Wordings
from core.clock import SystemClock
from core.database.engine import open_engine
from core.settings import Settings
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.loading import open_embedder
from knowledge_base.embedding.port import Embedder
from knowledge_base.evaluation import Query, read_queries
from knowledge_base.replica import Replica
from knowledge_base.saved_engines import SavedEngines
from knowledge_base.search.engine import IndexedOwner, SearchEngine

PROJECT = Path(__file__).resolve().parents[1]
SIGNALS = ("lead", "record_score", "cosine", "place_absent")
FOLDS, REPEATS, PENALTY = 5, 3, 0.3
# Size of a drawn base, how many are drawn, and questions asked of each.
DRAWN = ((3, 200, 1), (10, 160, 1), (40, 15, 12), (150, 6, 30))
THRESHOLDS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Asked:
    """The first record for each question of each base: its signals, whether it is gold, what was hidden."""

    signals: Floats
    gold: Bools
    hidden: Bools
    question: NDArray[np.int64]
    size: NDArray[np.int64]


def main() -> None:
    """Asks, fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    home: Path = parser.parse_args().home
    data = Path(os.environ.get("WEIZHENG_DATA", PROJECT.parent / "shared" / "data")) / "ncp"
    asked = ask(read_queries(data / "queries_dev.jsonl"), home)
    scores = cross_validated(asked)
    found = {
        "weights": weights(asked),
        "bases": {int(size): points(asked, scores, int(size)) for size in np.unique(asked.size)},
    }
    print(json.dumps(found, indent=1))


def ask(queries: Sequence[Query], home: Path) -> Asked:
    """The first record for each question, with its gold documents there and with them hidden."""
    embedder, engine = open_search(home)
    owners = {owner.external_id: owner for owner in engine.owners()}
    rows: list[list[float]] = []
    labels: list[tuple[bool, bool, int, int]] = []
    drawn = bases(owners, queries, embedder)
    for size, base, numbers in (*drawn, (len(owners), engine, range(len(queries)))):
        for number in numbers:
            for hide in (False, True):
                query = queries[number]
                first = ask_one(base, query, owners, hide)
                rows.append([float(getattr(first.signals, name)) for name in SIGNALS])
                labels.append((first.external_id in query.gold_docids, hide, number, size))
    gold, hidden, question, sizes = (np.array(column) for column in zip(*labels, strict=True))
    return Asked(np.array(rows), gold, hidden, question, sizes)


def ask_one(base: SearchEngine, query: Query, owners: dict[str, IndexedOwner], hide: bool) -> Any:
    """The first record, with or without the question's own documents."""
    own = [owners[name].key for name in query.gold_docids if name in owners] if hide else []
    return base.search(query.question, region=None, today=SystemClock().today(), hidden=own).owners[0]


def bases(
    owners: dict[str, IndexedOwner], queries: Sequence[Query], embedder: Embedder
) -> Iterator[tuple[int, SearchEngine, Iterable[int]]]:
    """Bases drawn from the whole, each with the questions asked of it, whose documents are in it."""
    draw = random.Random(1)
    for size, times, count in DRAWN:
        for _ in range(times):
            numbers = draw.sample(range(len(queries)), count)
            chosen = {draw.choice(queries[number].gold_docids) for number in numbers}
            chosen |= set(draw.sample(sorted(owners), size))
            base = SearchEngine(embedder)
            base.put([owners[name] for name in sorted(chosen)])
            yield size, base, numbers


def open_search(home: Path) -> tuple[Embedder, SearchEngine]:
    """A search engine that holds the catalogue of an installation, and its embedder."""
    settings = Settings(home=home)
    database = open_engine(settings.database_url)
    embedder = open_embedder(settings)
    cached = CachedEmbedder(embedder, database)
    replica = Replica(CatalogueReads(database), Wordings(database), cached, SavedEngines(embedder))
    replica.sync()
    return embedder, replica.engine


def model() -> Any:
    """Logistic regression over standardised signals."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=2000))


def fit(asked: Asked, rows: Bools) -> Any:
    """A model of these rows in which each size of base counts alike."""
    sizes = asked.size[rows]
    alike = np.array([1 / np.sum(sizes == size) for size in sizes])
    return model().fit(
        asked.signals[rows],
        asked.gold[rows],
        logisticregression__sample_weight=alike * len(sizes) / alike.sum(),
    )


def weights(asked: Asked) -> dict[str, float]:
    """Bias and weights on the signals as they are, fitted on all questions."""
    fitted = fit(asked, np.ones(len(asked.gold), dtype=bool))
    scale, line = fitted[0], fitted[1]
    own = line.coef_[0] / scale.scale_
    bias = float(line.intercept_[0] - (own * scale.mean_).sum())
    return {"bias": round(bias, 3)} | {
        name: round(float(value), 3) for name, value in zip(SIGNALS, own, strict=True)
    }


def cross_validated(asked: Asked) -> Floats:
    """Probability of each row by models that saw none of the question's rows, mean over repeats."""
    total = np.zeros(len(asked.gold))
    questions = int(asked.question.max()) + 1
    for repeat in range(REPEATS):
        part = np.random.RandomState(repeat).permutation(questions) % FOLDS
        for fold in range(FOLDS):
            test = part[asked.question] == fold
            total[test] += fit(asked, ~test).predict_proba(asked.signals[test])[:, 1] / REPEATS
    return total


def points(asked: Asked, scores: Floats, size: int) -> dict[str, Any]:
    """What each threshold lets through in bases of one size."""
    here = asked.size == size
    found: dict[str, Any] = {"auc": round(float(roc_auc_score(asked.gold[here], scores[here])), 3)}
    for threshold in THRESHOLDS:
        sure = here & (scores >= threshold)
        present = sure & ~asked.hidden
        found[str(threshold)] = {
            "answered": round(float(present.sum() / (here & ~asked.hidden).sum()), 3),
            "wrong_among_answered": round(float((present & ~asked.gold).sum() / max(1, present.sum())), 3),
            "answered_without_gold": round(
                float((sure & asked.hidden).sum() / (here & asked.hidden).sum()), 3
            ),
        }
    return found


if __name__ == "__main__":
    main()
