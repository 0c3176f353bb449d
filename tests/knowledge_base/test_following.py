"""The knowledge base over a real catalogue: what changes there is followed, and is told as it is."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from core.answering import AnswerStatus
from core.catalogue.documents import record_title
from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, Material, Region, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredPassage
from core.catalogue.tables import catalogue_state
from core.catalogue.wording import Pin, Term
from core.catalogue.wordings import Wordings
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import open_engine, writing
from core.database.migrate import migrate
from core.errors import Unavailable
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import AnswerPart, AnswerRequest, SearchRequest
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.evaluation import Evaluated, write_dump
from knowledge_base.passages.chunk import chunk
from knowledge_base.replica import Replica
from knowledge_base.search.engine import SearchEngine

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
WATER = Document(external_id="water", title="停水通知", text="停水通知。东区周五上午停水检修管道。")
FUND = Document(external_id="fund", title="公积金提取办法", text="公积金提取办法。租房可以提取公积金。")
CARD = ServiceItem(
    external_id="card", name="老年优待证办理", materials=[Material(name="户口簿")], steps=["到社区申请"]
)


class City:
    """A catalogue that a test writes to."""

    def __init__(self, folder: Path) -> None:
        self.database: Engine = open_engine(f"sqlite:///{folder}/weizheng.db")
        migrate(self.database)
        self.writes = CatalogueWrites(self.database)
        self.wordings = Wordings(self.database)
        self.reads = CatalogueReads(self.database)

    def put(self, *records: Document | ServiceItem) -> None:
        self.writes.put_many([(one, chunk(one, record_title(one)), Status.PUBLISHED) for one in records])

    def set_state(self, **values: object) -> None:
        with writing(self.database) as connection:
            connection.execute(update(catalogue_state).values(**values))

    def replica(self, wordings: Wordings | None = None) -> Replica:
        embedder = HashEmbedder()
        cached = CachedEmbedder(embedder, self.database)
        return Replica(self.reads, wordings or self.wordings, cached, SearchEngine(embedder), FixedClock(NOW))


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    city = City(tmp_path)
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


def trust_texts(monkeypatch: pytest.MonkeyPatch, texts: float, guides: float) -> None:
    """Every record found gets the confidence of its sort."""
    monkeypatch.setattr(
        "knowledge_base.search.ranking.confidence",
        lambda signals: texts if signals.sort == "text" else guides,
    )


def dumped(knowledge: KnowledgeBase, folder: Path, question: str) -> dict[str, Any]:
    """The question's line in the dump of an evaluation."""
    found = knowledge.examine(question)
    write_dump(folder / "dump.jsonl", [Evaluated("q", found.passages, found.status, found.text)])
    line: dict[str, Any] = json.loads((folder / "dump.jsonl").read_text(encoding="utf-8"))
    return line


def test_a_guide_answered_from_is_dumped_before_a_policy_that_ranks_higher(
    city: City, knowledge: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both are sure enough; the question is for a field, which only a guide has.
    trust_texts(monkeypatch, 0.9, guides=0.8)
    policy = Document(external_id="policy", title="老年优待证材料", text="老年优待证需要什么材料由社区告知。")
    city.put(policy)
    follow(knowledge)
    question = "老年优待证需要什么材料"
    assert found(knowledge, question)[0] == "policy"
    (part, *_) = knowledge.answer(AnswerRequest(question=question)).parts
    assert isinstance(part, AnswerPart)
    assert part.citations[0].external_id == "card"
    line = dumped(knowledge, tmp_path, question)
    assert line["status"] == "answered_guide"
    assert line["passages"][0]["external_id"] == "card"
    assert "户口簿" in line["text"]
    assert "policy" in [passage["external_id"] for passage in line["passages"]]


WHERE = "停水通知在哪里看"


def test_passages_of_the_best_ranked_record_stay_in_rank_order(
    city: City, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_texts(monkeypatch, 0.9, guides=0.8)
    for name in ("甲", "乙"):
        text = "".join(f"{name}区第{n}号小区停水检修，居民提前储水，恢复供水另行通知。" for n in range(60))
        city.put(Document(external_id=name, title=f"{name}区停水", text=text))
    follow(knowledge)
    hits = knowledge.search(SearchRequest(text="停水检修恢复供水", k=50)).hits
    ranked = [(hit.external_id, hit.text) for hit in hits]
    # The second passage of the first comes after the best one of the next.
    assert [name for name, _ in ranked[:3]] in (["甲", "乙", "甲"], ["乙", "甲", "乙"])
    assert knowledge.examine("停水检修恢复供水").passages == ranked


@pytest.mark.parametrize(
    ("pin", "answers"),
    [(Pin(question=WHERE, document="fund"), "fund"), (Pin(question=WHERE, item="card"), "card")],
)
def test_what_a_fixed_answer_leads_to_is_dumped_first(
    city: City, knowledge: KnowledgeBase, tmp_path: Path, pin: Pin, answers: str
) -> None:
    assert dumped(knowledge, tmp_path, WHERE)["passages"][0]["external_id"] == "water"
    city.wordings.put_pins([pin])
    line = dumped(knowledge, tmp_path, WHERE)
    assert line["status"].startswith("answered_")
    assert line["passages"][0]["external_id"] == answers
    assert "停水" not in line["text"]
    assert line["passages"][0]["text"].strip() in line["text"]


def test_a_question_without_an_answer_is_dumped_with_its_nearest(
    knowledge: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_texts(monkeypatch, 0.01, guides=0.0)
    line = dumped(knowledge, tmp_path, "停水通知")
    assert line["status"] == "no_answer"
    assert line["passages"][0]["external_id"] == "water"
    assert "停水" in line["text"]
