"""What may be shown: the one query that every answer is checked with, against the rules in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.regions import holds_for
from core.catalogue.writes import CatalogueWrites
from core.database.engine import open_engine
from core.database.migrate import migrate

TODAY = date(2026, 3, 2)
ITEM = ServiceItem(external_id="jzz", name="居住证申领")
DOCUMENT = Document(external_id="zc", title="居住证办法", text="第一条 为了规范。")
DAYS = st.one_of(st.none(), st.integers(-2, 2).map(lambda n: TODAY + timedelta(days=n)))
CODES = st.sampled_from(["000000", "990000", "990100", "990101", "990102", "990200", "440000", "440300"])


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CatalogueReads, CatalogueWrites]]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('shown')}/weizheng.db")
    migrate(engine)
    yield CatalogueReads(engine), CatalogueWrites(engine)
    engine.dispose()


def _in_force(document: Document) -> bool:
    starts = [day for day in (document.published_on, document.effective_from) if day is not None]
    return all(day <= TODAY for day in starts) and (document.effective_to or TODAY) >= TODAY


@settings(max_examples=60, deadline=None)
@given(
    published=DAYS,
    starts=DAYS,
    ends=DAYS,
    region=CODES,
    asked=st.one_of(st.none(), CODES),
    status=st.sampled_from([Status.DRAFT, Status.PUBLISHED, Status.WITHDRAWN]),
    internal=st.booleans(),
)
def test_a_document_is_shown_when_published_in_force_and_meant_for_the_region(
    catalogue: tuple[CatalogueReads, CatalogueWrites],
    published: date | None,
    starts: date | None,
    ends: date | None,
    region: str,
    asked: str | None,
    status: Status,
    internal: bool,
) -> None:
    reads, writes = catalogue
    document = replace(
        DOCUMENT,
        published_on=published,
        effective_from=starts,
        effective_to=ends,
        region=region,
        internal=internal,
    )
    key = writes.put(document, [], status).key
    holds = status is Status.PUBLISHED and _in_force(document) and holds_for(region, asked)
    assert (key in reads.shown([key], asked, TODAY)) is (holds and not internal)
    assert (key in reads.shown([key], asked, TODAY, internal=True)) is holds


def test_items_and_documents_are_checked_in_one_query(
    engine: Engine, reads: CatalogueReads, writes: CatalogueWrites
) -> None:
    keys = [writes.put(record, [], Status.PUBLISHED).key for record in (ITEM, DOCUMENT)]
    statements = _listen(engine)
    assert reads.shown([*keys, RecordKey("item", 99)], "990101", TODAY) == dict.fromkeys(keys, 1)
    assert len([statement for statement in statements() if statement.startswith("SELECT")]) == 1
    assert reads.shown([], None, TODAY) == {}


def _listen(engine: Engine) -> Callable[[], list[str]]:
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: seen.append(statement))
    return lambda: seen


def test_an_item_and_a_document_of_one_number_are_told_apart(
    reads: CatalogueReads, writes: CatalogueWrites
) -> None:
    item = writes.put(ITEM, [], Status.PUBLISHED).key
    document = writes.put(DOCUMENT, [], Status.DRAFT).key
    assert item.id == document.id
    assert reads.shown([item, document], None, TODAY) == {item: 1}


def test_listed_items_are_those_that_may_be_shown(reads: CatalogueReads, writes: CatalogueWrites) -> None:
    for name, change in {
        "national": {},
        "city": {"region": "990100"},
        "other city": {"region": "990200"},
        "over": {"effective_to": TODAY - timedelta(days=1)},
        "not yet": {"effective_from": TODAY + timedelta(days=1)},
        "for staff": {"internal": True},
    }.items():
        writes.put(replace(ITEM, external_id=name, **change), [], Status.PUBLISHED)  # type: ignore[arg-type]
    found, total = reads.items(region="990101", today=TODAY)
    assert {record.external_id for record in found} == {"national", "city"}
    assert total == 2


def test_thousands_of_keys_are_no_trouble(reads: CatalogueReads, writes: CatalogueWrites) -> None:
    key = writes.put(ITEM, [], Status.PUBLISHED).key
    many = [RecordKey("item", number) for number in range(1, 5000)]
    assert reads.shown(many, None, TODAY) == {key: 1}
    assert reads.passages(many) == []
    assert set(reads.records(many)) == {key}
