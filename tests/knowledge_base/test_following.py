"""The knowledge base over a real catalogue: what changes there is followed, and is told as it is."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from core.answering import AnswerStatus
from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, Region, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredPassage
from core.catalogue.wording import Term
from core.catalogue.wordings import Wordings
from core.database.engine import writing
from core.errors import Unavailable
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import AnswerRequest, SearchRequest
from knowledge_base.passages.chunk import chunk
from knowledge_base.replica import Replica
from tests.knowledge_base.conftest import TODAY, City, follow, found, until


def indexed(replica: Replica, text: str, **options: Any) -> list[str]:
    """What the index holds for a question, before any check against the catalogue."""
    result = replica.engine.search(text, region=None, today=TODAY, **options)
    return [owner.external_id for owner in result.owners]


def sure_of(replica: Replica, question: str) -> list[str]:
    """What a question certainly means."""
    found = replica.engine.search(question, region=None, today=TODAY).owners
    return [owner.external_id for owner in found if owner.confidence > 0.5]


def test_what_is_published_later_is_found(city: City, knowledge: KnowledgeBase) -> None:
    assert "gas" not in found(knowledge, "燃气检修")
    city.put(Document(external_id="gas", text="燃气检修公告。西区燃气检修。"))
    until(lambda: found(knowledge, "燃气检修")[:1] == ["gas"])
    follow(knowledge)


def test_a_change_replaces_what_was_indexed(city: City) -> None:
    replica = city.replica()
    assert replica.sync()
    assert not replica.sync()
    city.put(Document(external_id="water", title="停电公告", text="停电公告。西区停电。"))
    assert replica.sync()
    result = replica.engine.search("停电公告", region=None, today=TODAY)
    assert [p.text for p in result.passages if p.key == result.owners[0].key] == ["停电公告。西区停电。"]
    assert sum(external_id == "water" for external_id in indexed(replica, "停水停电")) == 1


@pytest.mark.parametrize("gone", ["delete", "withdraw"])
def test_what_is_deleted_or_withdrawn_leaves_the_index(city: City, gone: str) -> None:
    replica = city.replica()
    replica.sync()
    assert "water" in indexed(replica, "停水通知")
    getattr(city.writes, gone)("document", "water")
    assert replica.sync()
    assert "water" not in indexed(replica, "停水通知")
    assert indexed(replica, "公积金提取")[:1] == ["fund"]


def test_a_draft_is_not_indexed(city: City) -> None:
    draft = Document(external_id="draft", text="地铁票价方案。地铁票价拟调整。")
    city.writes.put(draft, chunk(draft, "地铁票价方案"), Status.DRAFT)
    replica = city.replica()
    replica.sync()
    assert "draft" not in indexed(replica, "地铁票价")
    city.writes.set_status("document", "draft", Status.PUBLISHED)
    replica.sync()
    assert indexed(replica, "地铁票价")[:1] == ["draft"]


def test_nothing_is_searched_before_everything_was_loaded(city: City) -> None:
    replica = city.replica()
    with pytest.raises(Unavailable):
        _ = replica.engine
    replica.sync()
    assert replica.complete
    assert len(replica.engine) > 0


@pytest.fixture
def held_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Loading waits: the first event tells that it has begun, the second lets it go on."""
    begun, go_on = threading.Event(), threading.Event()
    passages = CatalogueReads.passages

    def slow(reads: CatalogueReads, keys: Sequence[RecordKey]) -> list[StoredPassage]:
        begun.set()
        assert go_on.wait(10)
        return passages(reads, keys)

    monkeypatch.setattr(CatalogueReads, "passages", slow)
    yield begun, go_on
    go_on.set()


@pytest.mark.parametrize("state", [{"epoch": str(uuid.uuid4())}, {"revision": 2}])
def test_while_another_catalogue_is_loaded_no_question_is_said_to_have_no_answer(
    city: City,
    knowledge: KnowledgeBase,
    held_up: tuple[threading.Event, threading.Event],
    state: dict[str, object],
) -> None:
    begun, go_on = held_up
    city.set_state(**state)
    assert begun.wait(10)
    assert not knowledge.is_ready()
    with pytest.raises(Unavailable):
        knowledge.answer(AnswerRequest(question="停水通知"))
    with pytest.raises(Unavailable):
        knowledge.search(SearchRequest(text="停水通知"))
    urgent = knowledge.answer(AnswerRequest(question="我不想活了"))
    assert urgent.status is AnswerStatus.REFERRED_URGENT
    go_on.set()
    until(knowledge.is_ready)
    assert found(knowledge, "停水通知")[:1] == ["water"]


def test_another_epoch_is_another_catalogue(city: City) -> None:
    replica = city.replica()
    replica.sync()
    # The restored copy knows nothing of the deletion's tombstone.
    with writing(city.database) as connection:
        connection.exec_driver_sql("DELETE FROM document WHERE external_id = 'water'")
    epoch = str(uuid.uuid4())
    city.set_state(epoch=epoch)
    assert replica.sync()
    assert (replica.epoch, replica.revision) == (epoch, 3)
    assert "water" not in indexed(replica, "停水通知")
    assert indexed(replica, "公积金提取")[:1] == ["fund"]


def test_an_older_copy_put_back_is_taken_over(city: City) -> None:
    replica = city.replica()
    city.put(Document(external_id="new", text="燃气检修公告。"))
    replica.sync()
    with writing(city.database) as connection:
        connection.exec_driver_sql("DELETE FROM document WHERE external_id = 'new'")
    city.set_state(revision=3)
    assert replica.sync()
    assert replica.revision == 3
    assert "new" not in indexed(replica, "燃气检修公告")
    assert indexed(replica, "停水通知")[:1] == ["water"]


def test_a_rebuild_that_fails_goes_on_where_it_stopped(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge_base.replica.BATCH", 1)
    replica = city.replica()
    replica.sync()
    city.set_state(epoch=str(uuid.uuid4()))
    passages, calls = CatalogueReads.passages, []

    def fail_once(reads: CatalogueReads, keys: Sequence[RecordKey]) -> list[StoredPassage]:
        calls.append(keys)
        if len(calls) == 2:
            raise Unavailable("the database is away")
        return passages(reads, keys)

    monkeypatch.setattr(CatalogueReads, "passages", fail_once)
    with pytest.raises(Unavailable, match="away"):
        replica.sync()
    with pytest.raises(Unavailable, match="being built"):
        _ = replica.engine
    replica.sync()
    assert len(calls) == 4
    assert {"water", "fund", "card"} == set(indexed(replica, "停水公积金老年优待证"))


def test_everyday_names_are_followed(city: City) -> None:
    replica = city.replica()
    replica.sync()
    assert sure_of(replica, "银发卡") == []
    city.wordings.put_terms([Term(term="银发卡", item="card")])
    replica.sync()
    assert sure_of(replica, "银发卡") == ["card"]
    city.wordings.remove_term("银发卡")
    replica.sync()
    assert sure_of(replica, "银发卡") == []


def test_regions_are_followed(city: City) -> None:
    city.put(Document(external_id="aid", text="南湖区高龄津贴每月一百元。"))
    replica = city.replica()

    def names_another_place() -> bool:
        replica.sync()
        result = replica.engine.search("北山区高龄津贴", region=None, today=TODAY)
        (owner,) = (owner for owner in result.owners if owner.external_id == "aid")
        return owner.signals.place_absent == 1

    assert not names_another_place()
    for code, name in (("990101", "南湖区"), ("990102", "北山区")):
        city.writes.put_region(Region(code=code, name=name))
    assert names_another_place()


def test_words_written_while_a_sync_runs_are_not_lost(city: City) -> None:
    class WrittenAfterwards(Wordings):
        def terms(self) -> list[Term]:
            terms = super().terms()
            if not terms:
                self.put_terms([Term(term="银发卡", item="card")])
                city.put(Document(external_id="later", text="燃气检修公告。"))
            return terms

    replica = city.replica(WrittenAfterwards(city.database))
    replica.sync()
    replica.sync()
    assert indexed(replica, "银发卡")[:1] == ["card"]
    assert indexed(replica, "燃气检修公告")[:1] == ["later"]
    assert not replica.sync()


def test_records_published_on_many_days_are_searched_without_a_filter(city: City) -> None:
    for day in range(1, 29):
        published = date(2026, 2, day)
        city.put(Document(external_id=f"d{day}", text=f"公告第{day}号。", published_on=published))
    replica = city.replica()
    replica.sync()
    assert len(replica.engine._scopes.extents) == 1


def test_a_record_published_tomorrow_is_found_from_tomorrow_on(city: City) -> None:
    tomorrow = TODAY + timedelta(days=1)
    city.put(Document(external_id="later", text="燃气检修公告。", published_on=tomorrow))
    replica = city.replica()
    replica.sync()
    found = [
        "later" in [one.external_id for one in replica.engine.search("燃气", region=None, today=day).owners]
        for day in (TODAY, tomorrow)
    ]
    assert found == [False, True]


def test_hidden_documents_are_as_if_they_were_not_there(knowledge: KnowledgeBase) -> None:
    seen = knowledge.examine("停水通知")
    assert seen.passages[0][0] == "water"
    assert "停水" in seen.text
    hidden = knowledge.examine("停水通知", ["water", "nobody"])
    assert "water" not in {external_id for external_id, _ in hidden.passages}
    assert "停水" not in hidden.text
    assert knowledge.examine("停水通知").passages == seen.passages
