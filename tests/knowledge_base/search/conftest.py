"""Small records for the search tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count

import pytest

from core.catalogue.documents import answers_of, names_of, years_of
from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, ServiceItem
from core.catalogue.records import StoredPassage
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.passages.chunk import chunk
from knowledge_base.passages.guide_fields import full_text
from knowledge_base.passages.lines import lines_of
from knowledge_base.search.engine import IndexedOwner, SearchEngine, SearchResult

Make = Callable[..., IndexedOwner]
Find = Callable[..., SearchResult]


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def engine(embedder: HashEmbedder) -> SearchEngine:
    return SearchEngine(embedder)


@pytest.fixture
def make(embedder: HashEmbedder) -> Make:
    """Turns a record into what the engine is given; ids go up with each call unless `id_` is given."""
    ids, passage_ids = count(1), count(1)

    def build(record: Document | ServiceItem, id_: int | None = None) -> IndexedOwner:
        key = RecordKey("item" if isinstance(record, ServiceItem) else "document", id_ or next(ids))
        title = record.name if isinstance(record, ServiceItem) else record.title or record.text[:20]
        aliases = record.aliases if isinstance(record, ServiceItem) else []
        names = [*aliases, *record.question_variants]
        new = chunk(record, title)
        lines = lines_of(new)
        passages = [
            StoredPassage(
                next(passage_ids), key, p.ordinal, p.field, p.heading, p.text, p.start, p.end, p.embed_text
            )
            for p in new
        ]
        start, end = record.effective_from, record.effective_to
        return IndexedOwner(
            key=key,
            external_id=record.external_id,
            title=title,
            agency=record.agency,
            region=record.region,
            effective_from=start,
            effective_to=end,
            names=tuple(names),
            years=lambda: years_of(record),
            passages=passages,
            vectors=embedder.passages([p.embed_text for p in passages]),
            name_vectors=embedder.queries(names_of(record)),
            answered_at=tuple(answers_of(record).get(name) for name in names_of(record)),
            text=full_text(record) if isinstance(record, ServiceItem) else record.text,
            lines=lines,
            line_vectors=embedder.passages([line.text for line in lines]),
        )

    return build


@pytest.fixture
def today() -> date:
    return date(2026, 11, 24)


@pytest.fixture
def find(engine: SearchEngine, today: date) -> Find:
    def search(question: str, **options: object) -> SearchResult:
        chosen = {"region": None, "today": today, **options}
        return engine.search(question, **chosen)  # type: ignore[arg-type]

    return search
