"""Those who asked in vain and agreed to hear of it are told, once, and nobody else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from apps.worker.telling import Telling
from casework.tables import grouped_question, question_group
from channels.web.tables import notice
from core.catalogue.models import Document, DocumentKind, Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.consents import Consents, Purpose
from core.citizens.tables import followup
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.kinds import Kind
from core.jobs.models import State
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs
from core.jobs.tables import job
from tests.casework.standing import put_answer, put_group
from tests.worker.working import work_off

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FAQ = Document(
    external_id="dog", kind=DocumentKind.FAQ, title="宠物犬怎么登记", text="带免疫证明到社区登记，不收费。",
    agency="示例市公安局",
)  # fmt: skip
ASKED = {"a": "狗证怎么办", "b": "养狗要登记吗", "c": "宠物登记去哪", "d": "给狗上户口", "e": "犬证"}
AGREED = ("a", "b", "c")


class Rung:
    """A bell that counts."""

    count = 0

    def ring(self) -> None:
        self.count += 1


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def bell() -> Rung:
    return Rung()


@pytest.fixture
def ledger(engine: Engine, clock: FixedClock) -> Consents:
    return Consents(engine, clock, "2")


@pytest.fixture
def tell(engine: Engine, clock: FixedClock, bell: Rung, ledger: Consents) -> Callable[[], list[str]]:
    """Five asked, three of them agreed, the group is answered; runs its job as often as this is called."""
    CatalogueWrites(engine).put(FAQ, [], Status.PUBLISHED)
    answers = [put_answer(engine, NOW, f"q-{who}", question) for who, question in ASKED.items()]
    group = put_group(engine, NOW, answers)
    for who in AGREED:
        ledger.put(who, {Purpose.FOLLOWUP_NOTICE: True}, "2")
    with writing(engine) as connection:
        rows = [{"answer_id": f"q-{who}", "citizen": who, "created": NOW} for who in AGREED]
        connection.execute(insert(followup), rows)
        named = {"state": "answered", "answered_kind": "document", "answered_by": "dog"}
        connection.execute(update(question_group).values(**named))

    def _tell() -> list[str]:
        with writing(engine) as connection:
            enqueue(connection, Kind.TELL, {"group": group}, by="li", now=clock.now())
        return work_off(engine, clock, {Kind.TELL: Telling(engine, clock, bell)})

    return _tell


def told(engine: Engine) -> dict[str, str]:
    """Text of the notices by citizen."""
    with reading(engine) as connection:
        return {row.citizen: row.text for row in connection.execute(select(notice.c.citizen, notice.c.text))}


def test_those_who_agreed_get_the_answer_and_the_others_nothing(
    engine: Engine, clock: FixedClock, bell: Rung, tell: Callable[[], list[str]]
) -> None:
    assert tell() == [State.DONE]
    found = told(engine)
    assert set(found) == set(AGREED)
    for who, text in found.items():
        assert f"“{ASKED[who]}”" in text
        assert "带免疫证明到社区登记，不收费。" in text
        assert "示例市公安局" in text
    assert bell.count == 1
    (job,), _ = Jobs(engine, clock).listed()
    assert job.result == {"told": 3, "asked": 3}


def test_nobody_is_told_twice(engine: Engine, tell: Callable[[], list[str]]) -> None:
    for _ in range(3):
        assert tell() == [State.DONE]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(notice)).scalar_one() == 3


def test_who_withdraws_meanwhile_is_told_nothing(
    engine: Engine, ledger: Consents, tell: Callable[[], list[str]]
) -> None:
    ledger.put("b", {Purpose.FOLLOWUP_NOTICE: False}, "2")
    tell()
    assert set(told(engine)) == {"a", "c"}


def test_a_long_link_is_left_out(engine: Engine, tell: Callable[[], list[str]]) -> None:
    far = replace(FAQ, source_url="https://example.gov.cn/" + "a" * 1500)
    CatalogueWrites(engine).put(far, [], Status.PUBLISHED)
    assert tell() == [State.DONE]
    with reading(engine) as connection:
        assert connection.execute(select(notice.c.url).distinct()).scalars().all() == [None]


def test_a_run_that_was_broken_off_leaves_nobody_out(
    engine: Engine, ledger: Consents, tell: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.worker.handing_out.AT_ONCE", 1)
    assert tell() == [State.DONE]
    with writing(engine) as connection:
        # As after a kill between the first and the second, and then the first withdraws.
        connection.execute(delete(notice).where(notice.c.citizen != "a"))
        connection.execute(update(job).values(state="queued", done=1, finished=None, result=None))
    ledger.put("a", {Purpose.FOLLOWUP_NOTICE: False}, "2")
    tell()
    assert set(told(engine)) == {"a", "b", "c"}


@pytest.mark.parametrize("change", ["withdrawn", "internal", "reopened"])
def test_where_the_answer_is_not_to_be_seen_any_more_nobody_is_told(
    change: str, engine: Engine, clock: FixedClock, tell: Callable[[], list[str]]
) -> None:
    writes = CatalogueWrites(engine)
    if change == "withdrawn":
        writes.set_status("document", "dog", Status.WITHDRAWN)
    elif change == "internal":
        writes.put(replace(FAQ, internal=True), [], Status.PUBLISHED)
    else:
        with writing(engine) as connection:
            connection.execute(update(question_group).values(state="open", answered_by=None))
    assert tell() == [State.DONE]
    assert told(engine) == {}


def test_of_a_long_document_only_the_name_is_told(engine: Engine, tell: Callable[[], list[str]]) -> None:
    long = Document(external_id="dog", title="养犬管理条例", text="第一条 " + "规定。" * 900)
    CatalogueWrites(engine).put(long, [], Status.PUBLISHED)
    tell()
    text = told(engine)["a"]
    assert "《养犬管理条例》" in text
    assert "规定。规定。" not in text


def test_of_two_months_the_day_of_the_question_is_told(engine: Engine, tell: Callable[[], list[str]]) -> None:
    with writing(engine) as connection:
        # Rated of no use a month later, and so grouped then.
        connection.execute(update(grouped_question).values(at=datetime(2026, 4, 5, tzinfo=UTC)))
    tell()
    assert "您在3月2日问过" in told(engine)["a"]
