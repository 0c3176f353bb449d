"""Vectors kept in SQL."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, event

from core.database.engine import open_engine
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.embedding.port import Vectors


class CountingEmbedder(HashEmbedder):
    """Counts what it embeds and fails after `limit` texts."""

    embedded: list[str] = []  # noqa: RUF012
    limit = 10_000

    def passages(self, texts: Sequence[str]) -> Vectors:
        if len(self.embedded) + len(texts) > self.limit:
            raise RuntimeError("killed")
        self.embedded.extend(texts)
        return super().passages(texts)


@pytest.fixture
def database(tmp_path: Path, sqlite_template: Path) -> Engine:
    shutil.copy(sqlite_template, tmp_path / "weizheng.db")
    return open_engine(f"sqlite:///{tmp_path}/weizheng.db")


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> CountingEmbedder:
    monkeypatch.setattr(CountingEmbedder, "embedded", [])
    return CountingEmbedder()


def test_a_text_is_embedded_once(database: Engine, embedder: CountingEmbedder) -> None:
    cached = CachedEmbedder(embedder, database)
    first = cached.vectors(["甲", "乙", "甲"])
    again = cached.vectors(["乙", "甲"])
    assert sorted(embedder.embedded) == ["乙", "甲"]
    assert np.array_equal(first[[1, 0]], again)
    assert np.array_equal(first[0], first[2])


def test_a_killed_run_goes_on_where_it_stopped(
    database: Engine, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = CachedEmbedder(embedder, database)
    texts = [f"第{n}段" for n in range(150)]
    monkeypatch.setattr(CountingEmbedder, "limit", 100)
    with pytest.raises(RuntimeError, match="killed"):
        cached.vectors(texts)
    assert cached.missing(texts) == 150 - 64
    monkeypatch.setattr(CountingEmbedder, "limit", 10_000)
    assert cached.vectors(texts).shape == (150, embedder.dimension)
    assert len(embedder.embedded) == 150


def test_another_model_has_its_own_vectors(database: Engine) -> None:
    CachedEmbedder(HashEmbedder(64), database).vectors(["甲"])
    assert CachedEmbedder(HashEmbedder(32), database).missing(["甲"]) == 1


def test_progress_adds_up_to_the_number_of_texts(database: Engine, embedder: CountingEmbedder) -> None:
    told: list[int] = []
    CachedEmbedder(embedder, database).vectors(["甲", "乙", "甲"], told.append)
    assert sum(told) == 3


def test_no_text_gives_no_row(database: Engine, embedder: CountingEmbedder) -> None:
    assert CachedEmbedder(embedder, database).vectors([]).shape == (0, embedder.dimension)


def test_vectors_are_written_in_one_order_whatever_the_texts_order(
    database: Engine, embedder: CountingEmbedder
) -> None:
    written: list[list[str]] = []

    def note(_: object, __: object, statement: str, rows: Any, ___: object, many: bool) -> None:
        if statement.startswith("INSERT INTO vector_cache"):
            values = rows if many else [rows]
            written.append([row[0] for row in values])

    event.listen(database, "before_cursor_execute", note)
    CachedEmbedder(embedder, database).vectors([f"第{n}段" + "长" * n for n in range(20)])
    assert len(written[0]) == 20
    assert written[0] == sorted(written[0])
