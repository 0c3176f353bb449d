"""A small catalogue that a test writes to, and a knowledge base that follows it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from core.catalogue.documents import record_title
from core.catalogue.models import Document, Material, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.tables import catalogue_state
from core.catalogue.wordings import Wordings
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import open_engine, writing
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import SearchRequest
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.passages.chunk import chunk
from knowledge_base.replica import Replica
from knowledge_base.saved_engines import SavedEngines

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
WATER = Document(external_id="water", title="停水通知", text="停水通知。东区周五上午停水检修管道。")
FUND = Document(external_id="fund", title="公积金提取办法", text="公积金提取办法。租房可以提取公积金。")
CARD = ServiceItem(
    external_id="card", name="老年优待证办理", materials=[Material(name="户口簿")], steps=["到社区申请"]
)


class City:
    """A catalogue that a test writes to."""

    def __init__(self, folder: Path, migrated: Path) -> None:
        shutil.copy(migrated, folder / "weizheng.db")
        self.database: Engine = open_engine(f"sqlite:///{folder}/weizheng.db")
        self.writes = CatalogueWrites(self.database)
        self.wordings = Wordings(self.database)
        self.reads = CatalogueReads(self.database)

    def put(self, *records: Document | ServiceItem) -> None:
        self.writes.put_many([(one, chunk(one, record_title(one)), Status.PUBLISHED) for one in records])

    def set_state(self, **values: object) -> None:
        with writing(self.database) as connection:
            connection.execute(update(catalogue_state).values(**values))

    def replica(self, wordings: Wordings | None = None, saved_under: Path | None = None) -> Replica:
        embedder = HashEmbedder()
        cached = CachedEmbedder(embedder, self.database)
        engines = SavedEngines(embedder, saved_under)
        return Replica(self.reads, wordings or self.wordings, cached, engines, FixedClock(NOW))


@pytest.fixture
def city(tmp_path: Path, sqlite_template: Path) -> Iterator[City]:
    city = City(tmp_path, sqlite_template)
    city.put(WATER, FUND, CARD)
    yield city
    city.database.dispose()


@pytest.fixture
def knowledge(city: City) -> Iterator[KnowledgeBase]:
    """The knowledge base of the city, following it."""
    knowledge = KnowledgeBase(city.database, HashEmbedder(), FixedClock(NOW), "12345", follow=True)
    yield knowledge
    knowledge.close()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.01)


def follow(knowledge: KnowledgeBase) -> None:
    """Waits until the knowledge base has what the catalogue has."""

    def is_level() -> bool:
        state = knowledge.state()
        return state.ready and state.revision == state.catalogue_revision

    until(is_level)


def found(knowledge: KnowledgeBase, text: str) -> list[str]:
    hits = knowledge.search(SearchRequest(text=text)).hits
    return list(dict.fromkeys(hit.external_id for hit in hits))
