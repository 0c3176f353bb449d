"""A real catalogue in an SQLite file, and an importer whose work can be counted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.catalogue.models import Document, ServiceItem
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import NewPassage
from core.catalogue.writes import CatalogueWrites
from core.database.engine import open_engine, reading
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.embedding.port import Vectors
from knowledge_base.importing.pipeline import Importer
from knowledge_base.importing.report import ImportReport
from knowledge_base.passages.chunk import chunk

Rows = list[tuple[object, ...]]


@dataclass
class CountingEmbedder:
    """The memory twin; keeps count of the texts it was given."""

    inner: HashEmbedder = field(default_factory=HashEmbedder)
    texts: int = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return self.inner.passages(texts)


class Shop:
    """One catalogue with its importer; `migrated` is copied where there is no database yet."""

    def __init__(self, database: Path, migrated: Path) -> None:
        if not database.exists():
            database.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(migrated, database)
        self.engine: Engine = open_engine(f"sqlite:///{database}")
        self.reads = CatalogueReads(self.engine)
        self.writes = CatalogueWrites(self.engine)
        self.embedder = CountingEmbedder()
        self.chunked = 0
        vectors = CachedEmbedder(self.embedder, self.engine)  # type: ignore[arg-type]
        self.importer = Importer(self.reads, self.writes, vectors, self._chunk)
        self.run: Callable[..., ImportReport] = lambda *paths, **options: self.importer.run(paths, **options)

    def _chunk(self, record: Document | ServiceItem, title: str) -> Sequence[NewPassage]:
        self.chunked += 1
        return chunk(record, title)

    def document(self, external_id: str) -> Document:
        stored = self.reads.by_external_id("document", external_id)
        assert stored is not None
        assert isinstance(stored.record, Document)
        return stored.record

    def item(self, external_id: str) -> ServiceItem:
        stored = self.reads.by_external_id("item", external_id)
        assert stored is not None
        assert isinstance(stored.record, ServiceItem)
        return stored.record

    def rows(self, sql: str) -> Rows:
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(text(sql))]


@pytest.fixture
def open_shop(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[[str], Shop]]:
    shops: list[Shop] = []

    def make(name: str) -> Shop:
        shops.append(Shop(tmp_path / "home" / f"{name}.db", sqlite_template))
        return shops[-1]

    yield make
    for shop in shops:
        shop.engine.dispose()


@pytest.fixture
def shop(open_shop: Callable[[str], Shop]) -> Shop:
    return open_shop("catalogue")


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file below the folder `in` and returns its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
