"""Writing and reading the catalogue: versions, revisions, tombstones, and what may be shown."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from core.catalogue.keys import RecordKey
from core.catalogue.models import Agency, Document, Material, Region, ServiceItem, Status
from core.catalogue.payloads import content_hash, from_payload
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import NewPassage
from core.catalogue.writes import CatalogueWrites
from core.errors import NotFound

TODAY = date(2026, 3, 2)
ITEM = ServiceItem(external_id="jzz", name="居住证申领", region="990100", aliases=["暂住证"], theme="户籍")
DOCUMENT = Document(external_id="jzz", title="居住证办法", text="第一条 为了规范。第二条 居住证。")


def passage(text: str, ordinal: int = 0) -> NewPassage:
    return NewPassage(ordinal, "", "第一条", text, 0, len(text), f"居住证办法 {text}")


def test_new_record_is_created_and_read_back(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    result = writes.put(ITEM, [], Status.PUBLISHED)
    stored = reads.record(result.key)
    assert result.outcome == "created"
    assert stored is not None
    assert (stored.record, stored.version, stored.title) == (ITEM, 1, "居住证申领")


def test_same_content_again_costs_no_revision(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    first = writes.put(DOCUMENT, [passage("第一条")], Status.PUBLISHED)
    assert writes.is_unchanged(DOCUMENT, Status.PUBLISHED)
    second = writes.put(DOCUMENT, [passage("第一条")], Status.PUBLISHED)
    assert (second.outcome, second.key) == ("unchanged", first.key)
    assert reads.state().revision == 1


def test_changed_content_replaces_the_passages(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    key = writes.put(DOCUMENT, [passage("旧的", 0), passage("还是旧的", 1)], Status.PUBLISHED).key
    changed = replace(DOCUMENT, text="第一条 新的。")
    result = writes.put(changed, [passage("新的")], Status.PUBLISHED)
    stored = reads.record(key)
    assert (result.key, result.outcome) == (key, "changed")
    assert stored is not None
    assert stored.version == 2
    assert [p.text for p in reads.passages([key])] == ["新的"]


def test_status_alone_keeps_the_version(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    key = writes.put(ITEM, [], Status.DRAFT).key
    assert reads.shown([key], None, TODAY) == {}
    writes.put(ITEM, [], Status.PUBLISHED)
    assert reads.shown([key], None, TODAY) == {key: 1}
    assert writes.withdraw("item", "jzz").outcome == "changed"
    assert writes.withdraw("item", "jzz").outcome == "unchanged"
    assert reads.shown([key], None, TODAY) == {}


def test_no_status_keeps_the_one_that_is_there(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    assert not writes.is_unchanged(ITEM, None)
    key = writes.put(ITEM, [], None).key
    assert [record.status for record in reads.records([key]).values()] == [Status.DRAFT]
    for status in (Status.PUBLISHED, Status.WITHDRAWN):
        writes.set_status("item", "jzz", status)
        assert writes.is_unchanged(ITEM, None)
        assert writes.put(ITEM, [], None).outcome == "unchanged"
        assert writes.put(replace(ITEM, summary=status.value), [], None).outcome == "changed"
        assert [record.status for record in reads.records([key]).values()] == [status]
        writes.put(ITEM, [], None)


def test_a_field_that_holds_its_default_is_no_content() -> None:
    assert content_hash(DOCUMENT) == content_hash(replace(DOCUMENT, document_number=None, demo=False))
    said = '{"external_id":"a","text":"一。"}'
    assert (
        content_hash(Document(external_id="a", text="一。")) == hashlib.sha256(said.encode()).hexdigest()[:56]
    )
    assert content_hash(DOCUMENT) != content_hash(replace(DOCUMENT, demo=True))


def test_other_rules_of_cutting_replace_the_passages_and_keep_the_version(
    engine: Engine, writes: CatalogueWrites, reads: CatalogueReads
) -> None:
    key = writes.put(DOCUMENT, [passage("旧的")], Status.PUBLISHED).key
    newer = CatalogueWrites(engine, cutting=1)
    assert not newer.is_unchanged(DOCUMENT, None)
    assert newer.put(DOCUMENT, [passage("新的")], None).outcome == "changed"
    assert newer.put(DOCUMENT, [passage("新的")], None).outcome == "unchanged"
    assert [p.text for p in reads.passages([key])] == ["新的"]
    assert reads.shown([key], None, TODAY) == {key: 1}
    assert reads.changes_since(1, 10)[0].revision == 2


def test_records_cut_otherwise_are_found_and_cut_anew(
    engine: Engine, writes: CatalogueWrites, reads: CatalogueReads
) -> None:
    keys = [writes.put(record, [passage("旧的")], Status.PUBLISHED).key for record in (ITEM, DOCUMENT)]
    newer = CatalogueWrites(engine, cutting=1)
    assert sorted(key for batch in reads.cut_otherwise(1) for key in batch) == sorted(keys)
    assert list(reads.cut_otherwise(0)) == []
    for record in reads.records(keys).values():
        assert newer.recut(record, [passage("新的")])
    assert list(reads.cut_otherwise(1)) == []
    assert {p.text for p in reads.passages(keys)} == {"新的"}
    assert reads.shown(keys, None, TODAY) == dict.fromkeys(keys, 1)
    assert newer.is_unchanged(ITEM, Status.PUBLISHED)
    assert reads.state().revision == 4


def test_passages_of_an_older_content_are_not_written(
    engine: Engine, writes: CatalogueWrites, reads: CatalogueReads
) -> None:
    key = writes.put(DOCUMENT, [passage("旧的")], Status.PUBLISHED).key
    read = reads.record(key)
    assert read is not None
    writes.withdraw("document", "jzz")
    assert CatalogueWrites(engine, cutting=1).recut(read, [passage("重切")])
    writes.put(replace(DOCUMENT, text="新的。"), [passage("新的")], None)
    assert not CatalogueWrites(engine, cutting=1).recut(read, [passage("又重切")])
    assert [p.text for p in reads.passages([key])] == ["新的"]
    after = reads.record(key)
    assert after is not None
    assert (after.version, after.status) == (2, Status.WITHDRAWN)


def test_changes_come_in_order_with_deletions(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    item = writes.put(ITEM, [], Status.PUBLISHED).key
    document = writes.put(DOCUMENT, [passage("第一条")], Status.PUBLISHED).key
    writes.delete("item", "jzz")
    changes = reads.changes_since(0, 10)
    assert [(c.key, c.revision, c.deleted) for c in changes] == [(document, 2, False), (item, 3, True)]
    assert reads.changes_since(3, 10) == []
    assert reads.changes_since(0, 1) == changes[:1]


def test_number_of_a_deleted_record_is_not_given_again(writes: CatalogueWrites) -> None:
    old = writes.put(ITEM, [], Status.PUBLISHED).key
    writes.delete("item", "jzz")
    assert writes.put(ITEM, [], Status.PUBLISHED).key != old


def test_item_and_document_may_share_an_external_id(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    item = writes.put(ITEM, [], Status.PUBLISHED).key
    document = writes.put(DOCUMENT, [], Status.PUBLISHED).key
    assert set(reads.shown([item, document], None, TODAY)) == {item, document}


def test_unknown_record_cannot_be_withdrawn(writes: CatalogueWrites) -> None:
    with pytest.raises(NotFound, match="nothing"):
        writes.withdraw("item", "nothing")


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [(0, 0, True), (1, None, False), (None, -1, False), (-1, 1, True), (None, None, True)],
)
def test_record_is_shown_on_its_first_and_last_day(
    writes: CatalogueWrites, reads: CatalogueReads, start: int | None, end: int | None, shown: bool
) -> None:
    def day(distance: int | None) -> date | None:
        return None if distance is None else TODAY + timedelta(days=distance)

    key = writes.put(
        replace(ITEM, effective_from=day(start), effective_to=day(end)), [], Status.PUBLISHED
    ).key
    assert (key in reads.shown([key], None, TODAY)) is shown


def test_document_dated_tomorrow_is_not_shown(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    tomorrow = replace(DOCUMENT, published_on=TODAY + timedelta(days=1))
    key = writes.put(tomorrow, [], Status.PUBLISHED).key
    assert reads.shown([key], None, TODAY) == {}
    assert reads.shown([key], None, TODAY + timedelta(days=1)) == {key: 1}


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("990101", True), ("990100", True), ("990000", False), ("440300", False), (None, True)],
)
def test_city_record_holds_in_its_districts_only(
    writes: CatalogueWrites, reads: CatalogueReads, asked: str | None, shown: bool
) -> None:
    key = writes.put(ITEM, [], Status.PUBLISHED).key
    assert (key in reads.shown([key], asked, TODAY)) is shown


def test_unknown_key_is_not_shown(reads: CatalogueReads) -> None:
    assert reads.shown([RecordKey("item", 99)], None, TODAY) == {}
    assert reads.record(RecordKey("document", 99)) is None


def test_agency_is_found_by_any_of_its_names(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    agency = Agency(external_id="gaj", name="示例市公安局", aliases=["公安局"])
    assert writes.put_agency(agency) == "created"
    assert writes.put_agency(agency) == "unchanged"
    assert writes.put_agency(replace(agency, phone="0990-5550110")) == "changed"
    for name in ("gaj", "示例市公安局", "公安局"):
        found = reads.agency(name)
        assert found is not None
        assert found.phone == "0990-5550110"
    assert reads.agency("消防局") is None
    assert reads.state().revision == 2


def test_region_is_written_once(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    region = Region("990101", "东区")
    assert [writes.put_region(region), writes.put_region(region)] == ["created", "unchanged"]
    assert reads.regions() == [region]


def test_items_are_listed_by_name_alias_and_theme(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    writes.put(ITEM, [], Status.PUBLISHED)
    writes.put(ServiceItem(external_id="b", name="护照_申领", theme="出入境"), [], Status.PUBLISHED)
    writes.put(ServiceItem(external_id="c", name="居住证草稿"), [], Status.DRAFT)

    def names(**filters: str) -> list[str]:
        found, total = reads.items(today=TODAY, **filters)  # type: ignore[arg-type]
        assert total == len(found)
        return [record.title for record in found]

    assert names(q="暂住") == ["居住证申领"]
    assert names(q="照_") == ["护照_申领"]
    assert names(q="%") == []
    assert names(theme="户籍") == ["居住证申领"]
    assert names(region="440300") == ["护照_申领"]


def test_counts_are_of_what_is_published(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    writes.put(ITEM, [passage("材料")], Status.PUBLISHED)
    writes.put(DOCUMENT, [], Status.DRAFT)
    assert reads.counts().items == 1
    assert reads.counts().documents == 0


def test_failed_batch_leaves_nothing(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    twice = [passage("一", 0), passage("二", 0)]
    with pytest.raises(Exception, match=r"(?i)unique"):
        writes.put_many([(ITEM, [], Status.PUBLISHED), (DOCUMENT, twice, Status.PUBLISHED)])
    assert reads.state().revision == 0
    assert reads.by_external_id("item", "jzz") is None


def test_keys_come_in_batches_and_none_twice(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    records = [replace(ITEM, external_id=f"i{n}") for n in range(5)]
    put = [result.key for result in writes.put_many([(r, [], Status.DRAFT) for r in records])]
    put.append(writes.put(DOCUMENT, [], Status.PUBLISHED).key)
    batches = list(reads.keys(2))
    assert max(map(len, batches)) == 2
    assert sorted(key for batch in batches for key in batch) == sorted(put)


def test_a_batch_gives_each_record_a_revision(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    batch = [(replace(ITEM, external_id=f"i{n}"), (), Status.PUBLISHED) for n in range(3)]
    assert [result.revision for result in writes.put_many(batch)] == [1, 2, 3]
    again = writes.put_many([*batch, (DOCUMENT, (), Status.PUBLISHED)])
    assert [result.outcome for result in again] == ["unchanged"] * 3 + ["created"]
    assert reads.state().revision == 4


def test_a_changed_record_moves_to_the_end_of_the_changes(
    writes: CatalogueWrites, reads: CatalogueReads
) -> None:
    first = writes.put(ITEM, [], Status.PUBLISHED).key
    second = writes.put(DOCUMENT, [], Status.PUBLISHED).key
    writes.put(replace(ITEM, summary="改了"), [], Status.PUBLISHED)
    assert [(change.key, change.revision) for change in reads.changes_since(0, 10)] == [
        (second, 2),
        (first, 3),
    ]


def test_a_deleted_record_comes_back_under_a_new_number(
    writes: CatalogueWrites, reads: CatalogueReads
) -> None:
    old = writes.put(DOCUMENT, [passage("第一条")], Status.PUBLISHED).key
    writes.delete("document", "jzz")
    assert reads.passages([old]) == []
    assert reads.by_external_id("document", "jzz") is None
    new = writes.put(DOCUMENT, [passage("第一条")], Status.PUBLISHED)
    assert (new.outcome, new.revision) == ("created", 3)
    assert [(c.key, c.deleted) for c in reads.changes_since(0, 10)] == [(old, True), (new.key, False)]


def test_what_is_deleted_or_unknown_cannot_be_deleted(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    with pytest.raises(NotFound):
        writes.delete("item", "nothing")
    assert reads.state().revision == 0


def test_passages_of_drafts_and_withdrawn_records_do_not_count(
    writes: CatalogueWrites, reads: CatalogueReads
) -> None:
    writes.put(ITEM, [passage("材料", 0), passage("费用", 1)], Status.PUBLISHED)
    writes.put(DOCUMENT, [passage("第一条")], Status.DRAFT)
    counts = reads.counts()
    assert (counts.documents, counts.items, counts.passages) == (0, 1, 2)
    writes.withdraw("item", "jzz")
    assert reads.counts().passages == 0


def test_texts_of_any_length_and_sign_are_kept_as_they_are(
    writes: CatalogueWrites, reads: CatalogueReads
) -> None:
    text = "𠮷\r\n\u3000　“”'\"\\%_\t😀" * 1000
    record = Document(external_id="a", text=text, title="题" * 500, agency="局" * 300)
    key = writes.put(record, [passage(text)], Status.PUBLISHED).key
    stored = reads.record(key)
    assert stored is not None
    assert stored.record == record
    assert [p.text for p in reads.passages([key])] == [text]


def test_a_record_that_older_rules_let_in_can_still_be_read() -> None:
    plain = {
        "external_id": "i",
        "name": "居住证申领",
        "summary": "长" * 5000,
        "aliases": ["名"] * 60,
        "source_url": "https://gov.example@evil.example/",
        "materials": [{"name": "表"}, {"name": "证", "form_url": "https://gov.example/\u202e"}],
    }
    record = from_payload(ServiceItem, json.dumps(plain))
    assert record == ServiceItem(
        external_id="i",
        name="居住证申领",
        summary="长" * 4000,
        aliases=["名"] * 50,
        materials=[Material(name="表"), Material(name="证")],
    )
    with pytest.raises(ValidationError, match="external_id"):
        from_payload(ServiceItem, '{"name": "居住证申领"}')


def test_an_agency_change_takes_a_revision_that_changes_no_record(
    writes: CatalogueWrites, reads: CatalogueReads
) -> None:
    writes.put_agency(Agency(external_id="gaj", name="示例市公安局"))
    assert reads.state().revision == 1
    assert reads.changes_since(0, 10) == []


def test_a_name_goes_before_an_alias(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    writes.put_agency(Agency(external_id="a", name="甲局", aliases=["乙局"]))
    writes.put_agency(Agency(external_id="b", name="乙局"))
    found = reads.agency("乙局")
    assert found is not None
    assert found.external_id == "b"


def test_items_are_found_in_any_width_case_and_script(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    writes.put_agency(Agency(external_id="gaj", name="示例市公安局", aliases=["公安局"]))
    item = replace(ITEM, code="GA-001", agency="示例市公安局", question_variants=["住满半年怎么办证"])
    writes.put(item, [], Status.PUBLISHED)
    for q in ("居住證", "ga-001", "ＧＡ－００１", "半年 申领", " 暂住证 ", ""):
        assert reads.items(q=q, today=TODAY)[1] == 1, q
    assert reads.items(q="居住证 护照", today=TODAY)[1] == 0
    for agency in ("gaj", "示例市公安局", "公安局"):
        assert reads.items(agency=agency, today=TODAY)[1] == 1, agency
    assert reads.items(agency="别的局", today=TODAY)[1] == 0


def test_items_come_by_the_page(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    writes.put_many([(replace(ITEM, external_id=f"i{n}"), (), Status.PUBLISHED) for n in range(5)])
    pages = [reads.items(today=TODAY, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [len(found) for found, _ in pages] == [2, 2, 1, 0]
    assert {total for _, total in pages} == {5}
    assert len({record.key for found, _ in pages for record in found}) == 5
