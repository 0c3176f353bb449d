"""`kb reindex` brings records that older rules have cut up to date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from apps.cli.reindexing import cut_anew
from core.catalogue.models import Document, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import NewPassage
from core.catalogue.writes import CatalogueWrites
from core.database.engine import open_engine
from core.database.migrate import migrate
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.memory import HashEmbedder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    migrate(engine)
    yield engine
    engine.dispose()


def test_records_cut_by_older_rules_are_cut_and_embedded_once(engine: Engine) -> None:
    old = NewPassage(0, "", "", "旧", 0, 1, "旧的切法")
    records = [Document(external_id=f"d{n}", title="标题", text=f"第{n}号规定。") for n in range(70)]
    keys = [
        result.key
        for result in CatalogueWrites(engine).put_many([(one, [old], Status.PUBLISHED) for one in records])
    ]
    reads, cached = CatalogueReads(engine), CachedEmbedder(HashEmbedder(), engine)
    told: list[tuple[int, int]] = []

    def run() -> tuple[int, int]:
        return cut_anew(reads, CatalogueWrites(engine, cutting=7), cached, 7, lambda *now: told.append(now))

    assert run() == (70, 70)
    assert told[-1] == (70, 70)
    assert [p.text for p in reads.passages(keys)] == [one.text for one in records]
    assert reads.shown(keys, None, date(2026, 3, 2)) == dict.fromkeys(keys, 1)
    assert run() == (0, 0)
