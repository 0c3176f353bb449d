"""Documents that replace or explain others: what ends, and what is linked from both ends."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from core.catalogue.links import Link, links_of
from core.catalogue.models import Document, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.versions import versions_of
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import reading
from knowledge_base.passages.chunk import chunk

TODAY = date(2026, 3, 2)
OLD = Document(external_id="old", title="旧办法", text="每月补贴一百元。")


@pytest.fixture
def writes(engine: Engine) -> CatalogueWrites:
    # Late in the evening of the day before in UTC: the city's day counts.
    return CatalogueWrites(engine, FixedClock(datetime(2026, 3, 1, 20, 0, tzinfo=UTC)))


def put(writes: CatalogueWrites, record: Document, status: Status = Status.PUBLISHED) -> None:
    writes.put(record, chunk(record, record.title or ""), status)


def newer(**more: object) -> Document:
    given = {"external_id": "new", "title": "新办法", "text": "每月补贴两百元。", "replaces": ["old"]}
    return Document(**(given | more))  # type: ignore[arg-type]


def old(engine: Engine) -> Document:
    stored = CatalogueReads(engine).by_external_id("document", "old")
    assert stored is not None
    assert isinstance(stored.record, Document)
    return stored.record


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ({}, date(2026, 3, 1)),
        ({"published_on": date(2025, 1, 1)}, date(2024, 12, 31)),
        ({"effective_from": date(2026, 5, 1)}, date(2026, 4, 30)),
    ],
)
def test_what_is_replaced_ends_the_day_before(
    engine: Engine, writes: CatalogueWrites, begins: dict[str, date], ends: date
) -> None:
    put(writes, OLD)
    key = CatalogueReads(engine).by_external_id("document", "old").key  # type: ignore[union-attr]
    passages = CatalogueReads(engine).passages([key])
    put(writes, newer(**begins))
    assert (old(engine).replaced_by, old(engine).effective_to) == ("new", ends)
    assert CatalogueReads(engine).passages([key]) == passages
    shown = CatalogueReads(engine).shown([key], None, TODAY)
    assert (key in shown) == (ends >= TODAY)
    with reading(engine) as connection:
        assert [one.number for one in versions_of(connection, key)] == [2, 1]


def test_what_ended_before_does_not_end_later_and_nothing_changes_twice(
    engine: Engine, writes: CatalogueWrites
) -> None:
    put(writes, Document(external_id="old", title="旧办法", text="旧。", effective_to=date(2020, 1, 1)))
    put(writes, newer())
    assert old(engine).effective_to == date(2020, 1, 1)
    revision = CatalogueReads(engine).state().revision
    put(writes, newer())
    assert CatalogueReads(engine).state().revision == revision


@pytest.mark.parametrize("begins", [{}, {"effective_from": date(2026, 1, 1)}])
def test_what_was_replaced_does_not_come_back_when_its_file_is_read_again(
    engine: Engine, writes: CatalogueWrites, begins: dict[str, date]
) -> None:
    put(writes, OLD)
    put(writes, newer(**begins))
    ended = old(engine)
    assert writes.is_unchanged(OLD, Status.PUBLISHED)
    put(writes, OLD)
    assert old(engine) == ended
    later = CatalogueWrites(engine, FixedClock(datetime(2026, 6, 1, tzinfo=UTC)))
    put(later, Document(external_id="old", title="旧办法", text="又改了。"))
    assert (old(engine).effective_to, old(engine).text) == (ended.effective_to, "又改了。")


def test_what_is_read_after_its_replacement_has_ended_as_well(
    engine: Engine, writes: CatalogueWrites
) -> None:
    put(writes, newer())
    put(writes, OLD)
    assert (old(engine).replaced_by, old(engine).effective_to) == ("new", date(2026, 3, 1))


def test_a_later_beginning_moves_the_end_and_showing_again_ends_it(
    engine: Engine, writes: CatalogueWrites
) -> None:
    put(writes, OLD)
    put(writes, newer(effective_from=date(2026, 12, 1)))
    put(writes, newer(effective_from=date(2027, 1, 1)))
    assert old(engine).effective_to == date(2026, 12, 31)
    put(writes, newer(replaces=[]), Status.WITHDRAWN)
    restored = Document(external_id="old", title="旧办法", text="恢复。")
    put(writes, restored)
    assert old(engine) == restored
    put(writes, newer(), Status.WITHDRAWN)
    assert old(engine) == restored
    writes.set_status("document", "new", Status.PUBLISHED)
    assert old(engine).effective_to == date(2026, 3, 1)


@pytest.mark.parametrize("replaces", [["old", "missing", "new"], ["old", "old"]])
def test_a_document_that_names_itself_or_nothing_real_ends_what_there_is(
    engine: Engine, writes: CatalogueWrites, replaces: list[str]
) -> None:
    put(writes, OLD)
    put(writes, newer(replaces=replaces))
    assert old(engine).replaced_by == "new"


def test_a_draft_ends_nothing(engine: Engine, writes: CatalogueWrites) -> None:
    put(writes, OLD)
    put(writes, newer(), Status.DRAFT)
    assert old(engine) == OLD


def test_links_are_seen_from_both_ends_and_go_with_their_document(
    engine: Engine, writes: CatalogueWrites
) -> None:
    put(writes, OLD)
    put(writes, newer(explains="law"))
    with reading(engine) as connection:
        assert links_of(connection, "new") == [
            Link("explains", False, "law", ""), Link("replaces", False, "old", "旧办法", published=True),
        ]  # fmt: skip
        assert links_of(connection, "old") == [Link("replaces", True, "new", "新办法", published=True)]
        assert links_of(connection, "law") == [Link("explains", True, "new", "新办法", published=True)]
    put(writes, newer(replaces=[]))
    with reading(engine) as connection:
        assert links_of(connection, "old") == []
    put(writes, newer())
    writes.delete("document", "new")
    with reading(engine) as connection:
        assert links_of(connection, "old") == []
