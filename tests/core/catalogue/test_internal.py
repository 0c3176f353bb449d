"""What is published for staff alone: its status, and what it may end."""

from __future__ import annotations

from dataclasses import replace

from core.catalogue.models import Document, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites

SCRIPT = Document(external_id="script", title="答复口径", text="第一条 先核对身份。", internal=True)
OPEN = Document(external_id="open", title="公开办法", text="第一条 公开的。")
LATER = replace(SCRIPT, external_id="later", title="新口径", replaces=["script"])


def status(reads: CatalogueReads, external_id: str) -> Status:
    held = reads.by_external_id("document", external_id)
    assert held is not None
    return held.status


def test_whoever_publishes_an_internal_record_publishes_it_for_staff(
    reads: CatalogueReads, writes: CatalogueWrites
) -> None:
    writes.put(SCRIPT, [], Status.PUBLISHED)
    assert status(reads, "script") is Status.INTERNAL
    writes.set_status("document", "script", Status.WITHDRAWN)
    assert status(reads, "script") is Status.WITHDRAWN
    writes.set_status("document", "script", Status.PUBLISHED)
    assert status(reads, "script") is Status.INTERNAL
    guide = ServiceItem(external_id="desk", name="窗口交接", internal=True)
    key = writes.put(guide, [], Status.PUBLISHED).key
    assert reads.record(key).status is Status.INTERNAL  # type: ignore[union-attr]


def test_whoever_publishes_says_for_whom(reads: CatalogueReads, writes: CatalogueWrites) -> None:
    writes.put(SCRIPT, [], Status.PUBLISHED)
    assert writes.put(replace(SCRIPT, internal=False), [], Status.PUBLISHED).outcome == "changed"
    assert status(reads, "script") is Status.PUBLISHED
    assert writes.put(SCRIPT, [], Status.PUBLISHED).outcome == "changed"
    assert status(reads, "script") is Status.INTERNAL
    assert writes.put(SCRIPT, [], Status.PUBLISHED).outcome == "unchanged"
    assert writes.is_unchanged(SCRIPT, Status.PUBLISHED)


def test_what_is_only_read_again_neither_opens_nor_closes(
    reads: CatalogueReads, writes: CatalogueWrites
) -> None:
    for record in (SCRIPT, OPEN):
        writes.put(record, [], Status.PUBLISHED)
    for record in (SCRIPT, OPEN):
        other = replace(record, internal=not record.internal)
        assert writes.is_unchanged(other, None)
        assert writes.put(other, [], None).outcome == "unchanged"
        assert writes.put(replace(other, title="改过"), [], None).outcome == "changed"
    assert (status(reads, "script"), status(reads, "open")) == (Status.INTERNAL, Status.PUBLISHED)
    assert reads.internal() == {("document", "script")}


def test_what_staff_alone_see_ends_nothing_that_citizens_see(
    reads: CatalogueReads, writes: CatalogueWrites
) -> None:
    for record in (OPEN, SCRIPT):
        writes.put(record, [], Status.PUBLISHED)
    writes.put(replace(LATER, replaces=["open", "script"]), [], Status.PUBLISHED)
    held = {name: reads.by_external_id("document", name) for name in ("open", "script")}
    assert held["open"].record == OPEN  # type: ignore[union-attr]
    assert held["script"].record.replaced_by == "later"  # type: ignore[union-attr]
    # Nor when it is read again.
    writes.put(replace(OPEN, text="第一条 公开的，改过。"), [], Status.PUBLISHED)
    again = reads.by_external_id("document", "open")
    assert again is not None
    assert again.record.effective_to is None


def test_what_citizens_see_may_end_what_was_for_staff(reads: CatalogueReads, writes: CatalogueWrites) -> None:
    writes.put(SCRIPT, [], Status.PUBLISHED)
    writes.put(replace(OPEN, replaces=["script"]), [], Status.PUBLISHED)
    held = reads.by_external_id("document", "script")
    assert held is not None
    assert held.record.replaced_by == "open"  # type: ignore[union-attr]


def test_it_is_not_counted_among_what_is_published(reads: CatalogueReads, writes: CatalogueWrites) -> None:
    writes.put(SCRIPT, [], Status.PUBLISHED)
    writes.put(OPEN, [], Status.PUBLISHED)
    assert reads.counts().documents == 1
