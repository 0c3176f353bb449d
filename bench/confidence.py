"""Fits the confidence of documents on annotated questions and draws what each threshold costs.

`python -m bench.confidence --home FOLDER`: the folder is an installation that holds the corpus of `ncp`, the
questions are those of `WEIZHENG_DATA`. Each is asked twice, once with its own documents hidden. Prints the
weights for `knowledge_base/search/confidence.py`, and the cross-validated operating points as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.catalogue.keys import RecordKey
from core.catalogue.reads import CatalogueReads
from core.catalogue.wordings import Wordings
from core.clock import SystemClock
from core.database.engine import open_engine
from core.settings import load_settings
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.loading import open_embedder
from knowledge_base.evaluation import Query, read_queries
from knowledge_base.replica import Replica
from knowledge_base.search.engine import SearchEngine

PROJECT = Path(__file__).resolve().parents[1]
SIGNALS = ("lead", "covered", "record_score", "cosine", "place_absent")
FOLDS, REPEATS, PENALTY = 5, 5, 0.3
COVERAGES = (0.7, 0.75, 0.78, 0.8, 0.85, 0.9)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Asked:
    """Every question's first record: its signals, whether it is gold, and whether gold was hidden."""

    signals: Floats
    gold: Bools
    hidden: Bools
    question: NDArray[np.int64]


def main() -> None:
    """Asks, fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    os.environ["WEIZHENG_HOME"] = str(parser.parse_args().home)
    data = Path(os.environ.get("WEIZHENG_DATA", PROJECT.parent / "shared" / "data")) / "ncp"
    asked = ask(read_queries(data / "queries_dev.jsonl"))
    scores = cross_validated(asked)
    found = {
        "weights": weights(asked),
        "log_loss": round(float(log_loss(asked.gold, scores)), 4),
        "auc": round(float(roc_auc_score(asked.gold, scores)), 4),
        "points": [point(asked, scores, coverage) for coverage in COVERAGES],
    }
    print(json.dumps(found, indent=2))


def ask(queries: Sequence[Query]) -> Asked:
    """The first record for each question, with its gold documents there and with them hidden."""
    reads, engine = open_search()
    today = SystemClock().today()
    rows: list[list[float]] = []
    labels: list[tuple[bool, bool, int]] = []
    for number, query in enumerate(queries):
        for hidden in ((), tuple(gold_keys(reads, query))):
            first = engine.search(query.question, region=None, today=today, hidden=hidden).owners[0]
            rows.append([float(getattr(first.signals, name)) for name in SIGNALS])
            labels.append((first.external_id in query.gold_docids, bool(hidden), number))
    gold, hid, question = (np.array(column) for column in zip(*labels, strict=True))
    return Asked(np.array(rows), gold, hid, question)


def open_search() -> tuple[CatalogueReads, SearchEngine]:
    """The catalogue of the settings' installation and a search engine that holds it."""
    settings = load_settings()
    database = open_engine(settings.database_url)
    embedder = open_embedder(settings)
    reads, engine = CatalogueReads(database), SearchEngine(embedder)
    Replica(reads, Wordings(database), CachedEmbedder(embedder, database), engine).sync()
    return reads, engine


def gold_keys(reads: CatalogueReads, query: Query) -> Iterator[RecordKey]:
    """The question's own documents."""
    for external_id in query.gold_docids:
        stored = reads.by_external_id("document", external_id)
        if stored is not None:
            yield stored.key


def model() -> object:
    """Logistic regression over standardised signals."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=2000))


def weights(asked: Asked) -> dict[str, float]:
    """Bias and weights on the signals as they are, fitted on all questions."""
    fitted = model().fit(asked.signals, asked.gold)  # type: ignore[attr-defined]
    scale, line = fitted[0], fitted[1]
    own = line.coef_[0] / scale.scale_
    bias = float(line.intercept_[0] - (own * scale.mean_).sum())
    return {"bias": round(bias, 3)} | {
        name: round(float(value), 3) for name, value in zip(SIGNALS, own, strict=True)
    }


def cross_validated(asked: Asked) -> Floats:
    """Probability of each row by models that saw neither of the question's rows, mean over repeats."""
    total = np.zeros(len(asked.gold))
    questions = int(asked.question.max()) + 1
    for repeat in range(REPEATS):
        part = np.random.RandomState(repeat).permutation(questions) % FOLDS
        for fold in range(FOLDS):
            test = part[asked.question] == fold
            fitted = model().fit(asked.signals[~test], asked.gold[~test])  # type: ignore[attr-defined]
            total[test] += fitted.predict_proba(asked.signals[test])[:, 1] / REPEATS
    return total


def point(asked: Asked, scores: Floats, coverage: float) -> dict[str, float]:
    """What the threshold that answers this share of the questions lets through."""
    threshold = float(np.quantile(scores[~asked.hidden], 1 - coverage))
    sure = scores >= threshold
    present = sure & ~asked.hidden
    return {
        "threshold": round(threshold, 3),
        "answered": round(float(present.sum() / (~asked.hidden).sum()), 3),
        "wrong_among_answered": round(float((present & ~asked.gold).sum() / present.sum()), 3),
        "answered_without_gold": round(float((sure & asked.hidden).sum() / asked.hidden.sum()), 3),
    }


if __name__ == "__main__":
    main()
