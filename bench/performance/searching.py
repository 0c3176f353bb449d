"""Search at two sizes, beside brute force; start, publication and import."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bench.performance.large_base import DISTRICT, StandIn, documents, fill, sentences
from bench.performance.load import milliseconds
from bench.running import told, weizheng
from core.catalogue.models import Document, Status
from core.catalogue.writes import CatalogueWrites
from core.clock import SystemClock
from core.database.engine import open_engine
from core.database.migrate import migrate
from core.garbage import collect_seldom
from core.settings import Settings
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import SearchRequest
from knowledge_base.embedding.port import Vectors
from knowledge_base.index.vectors import VectorIndex
from knowledge_base.passages.chunk import CUTTING, chunk

SIZES = (5_000, 100_000)
QUESTIONS = 200
PUBLISHED = 20
IMPORTED = 600
# Plain encoding takes minutes for all of them.
ENCODED = 160
_ALIKE = 50
_PATIENCE_S = 30.0


def search(sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """For each size: milliseconds a search, brute force beside it, start, publication, exactness."""
    # As in the process of the service.
    collect_seldom()
    return {str(size): _searched(size) for size in sizes}


def _searched(size: int) -> dict[str, Any]:
    embedder = StandIn()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/weizheng.db")
        migrate(engine)
        held = fill(engine, embedder, size)
        saved = Path(folder) / "index"
        started = time.perf_counter()
        KnowledgeBase(engine, embedder, SystemClock(), "12345", follow=False, saved_under=saved).close()
        first = round(time.perf_counter() - started, 2)
        started = time.perf_counter()
        knowledge = KnowledgeBase(engine, embedder, SystemClock(), "12345", follow=True, saved_under=saved)
        start = round(time.perf_counter() - started, 2)
        figures: dict[str, Any] = {"passages": held, "first_start_s": first, "start_s": start}
        try:
            figures["prepared_s"] = _prepared(knowledge)
            questions = [one[:30] for one in sentences()[:QUESTIONS]]
            for scope, region in (("everywhere", None), ("in_a_district", DISTRICT)):
                requests = [SearchRequest(text=one, k=10, region=region) for one in questions]
                figures[scope] = _timed(knowledge.search, requests)
            figures["publish_to_found_s"] = _publications(knowledge, CatalogueWrites(engine, cutting=CUTTING))
        finally:
            knowledge.close()
    return figures | exactness(at_random(held, embedder.dimension, seed=1))


def _prepared(knowledge: KnowledgeBase) -> float:
    """Seconds after its start until every record is ready to be read."""
    started = time.perf_counter()
    while not knowledge.is_prepared():
        time.sleep(0.1)
    return round(time.perf_counter() - started, 1)


def exactness(vectors: Vectors) -> dict[str, Any]:
    """Share of the fifty nearest on which FAISS and brute force agree, with and without a filter; times."""
    index = VectorIndex(vectors.shape[1])
    index.change((), list(range(len(vectors))), vectors)
    allowed = np.arange(0, len(vectors), 3, dtype=np.int64)
    questions = list(at_random(40, vectors.shape[1], seed=2))
    agreed = [
        _shared(index.search(one, _ALIKE, some), brute_force(vectors, one, some))
        for one in questions
        for some in (None, allowed)
    ]
    return {
        "faiss_agrees": float(np.mean(agreed)),
        "faiss": _timed(lambda one: index.search(one, _ALIKE), questions),
        "faiss_filtered": _timed(lambda one: index.search(one, _ALIKE, allowed), questions),
        "brute_force": _timed(lambda one: brute_force(vectors, one, None), questions),
    }


def at_random(count: int, dimension: int, seed: int) -> Vectors:
    """Unit vectors of which no two are alike."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _shared(found: Sequence[tuple[int, float]], expected: Sequence[int]) -> float:
    return len({id_ for id_, _ in found} & set(expected)) / _ALIKE


def brute_force(vectors: Vectors, question: Vectors, allowed: Any) -> list[int]:
    """Numbers of the fifty nearest, by all products."""
    products = vectors @ question
    if allowed is not None:
        inside = np.zeros(len(vectors), dtype=bool)
        inside[allowed] = True
        products[~inside] = -2
    nearest: list[int] = np.argpartition(-products, _ALIKE)[:_ALIKE].tolist()
    return nearest


def _publications(knowledge: KnowledgeBase, writes: CatalogueWrites) -> dict[str, float]:
    """Seconds from the commit of a publication until a search finds it."""
    waits = []
    for number in range(PUBLISHED):
        # Words that stand in no other document.
        matter = 3 * (chr(0x4E10 + 37 * number) + chr(0x8F10 + 41 * number))
        text = f"{matter}由第{number}号窗口发放。"
        title = f"{matter}发放通知"
        document = Document(external_id=f"new-{number}", title=title, text=text)
        writes.put(document, chunk(document, title), Status.PUBLISHED)
        started = time.perf_counter()
        while not _finds(knowledge, document):
            if time.perf_counter() - started > _PATIENCE_S:
                raise RuntimeError(f"{title} was not found")
            time.sleep(0.005)
        waits.append(time.perf_counter() - started)
    return {"p50": round(float(np.median(waits)), 2), "max": round(max(waits), 2)}


def _finds(knowledge: KnowledgeBase, document: Document) -> bool:
    hits = knowledge.search(SearchRequest(text=document.text, k=10)).hits
    return any(hit.external_id == document.external_id for hit in hits)


def _timed(run: Callable[[Any], object], things: Sequence[Any]) -> dict[str, float]:
    for thing in things[:10]:
        run(thing)
    seconds = []
    for thing in things:
        started = time.perf_counter()
        run(thing)
        seconds.append(time.perf_counter() - started)
    return {"p50_ms": milliseconds(seconds, 0.5), "p95_ms": milliseconds(seconds, 0.95)}


def importing() -> dict[str, Any]:
    """Passages a second of `kb import`, whole, over plain encoding by sentence-transformers in fp32."""
    chosen = list(islice(documents(seed=2), IMPORTED))
    texts = [passage.embed_text for one in chosen for passage in chunk(one, one.title or "")]
    # Before and after the import: the machine may have become slower or faster meanwhile.
    plain_s = _plain_s(texts[:ENCODED])
    with tempfile.TemporaryDirectory() as folder:
        home, path = Path(folder) / "home", Path(folder) / "documents.jsonl"
        path.write_text("".join(_line(one) for one in chosen), encoding="utf-8")
        weizheng(home, "init", "--no-train")
        started = time.perf_counter()
        done = told(home, "kb", "import", path, "--publish")
        seconds = time.perf_counter() - started
    plain_s += _plain_s(texts[ENCODED : 2 * ENCODED])
    plain = 2 * ENCODED / plain_s
    ours = done["passages"] / seconds
    return {
        "documents": IMPORTED,
        "passages": done["passages"],
        "passages_per_s": round(ours, 1),
        "plain_fp32_per_s": round(plain, 1),
        "ratio": round(ours / plain, 2),
    }


def _line(document: Document) -> str:
    return (
        json.dumps(
            {"docid": document.external_id, "title": document.title, "text": document.text},
            ensure_ascii=False,
        )
        + "\n"
    )


def _plain_s(texts: Sequence[str]) -> float:
    from sentence_transformers import SentenceTransformer

    from knowledge_base.embedding.unpack import unpacked_model

    model = SentenceTransformer(str(unpacked_model(Settings().model_cache)), device="cpu")
    model.encode(texts[:4], show_progress_bar=False)
    started = time.perf_counter()
    model.encode(list(texts), prompt="passage: ", show_progress_bar=False)
    return time.perf_counter() - started
