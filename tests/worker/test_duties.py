"""What the worker does by itself: each kind has a handler, retention forgets, a draft is published once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, insert, select, update

from apps.worker.composition import SCHEDULES, duties
from apps.worker.publishing import Publishing
from core.answering import AnswerStatus
from core.catalogue.models import Agency
from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.tables import message
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import SHANGHAI, FixedClock
from core.database.engine import reading, writing
from core.jobs.kinds import Kind, label_of
from core.jobs.leases import Leases
from core.jobs.models import State
from core.jobs.queue import cancel, retry
from core.jobs.reads import Jobs
from core.jobs.schedules import Schedules
from core.keys import ensure_keys
from core.settings import Settings
from core.words.models import Scope
from core.words.tables import word_hit
from knowledge_base.editing.commands import Editing
from knowledge_base.editing.tables import draft
from staff.account_commands import ACCOUNT_COMMANDS
from staff.accounts import actor_of, by_login
from staff.actors import Operator
from staff.runner import CommandRunner
from tests.worker.working import publish_due, work_off

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CARD = {"kind": "document", "external_id": "card"}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def commands(engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> CommandRunner:
    """With a reviewer of an agency."""
    monkeypatch.setattr("staff.passwords._MEMORY_KIB", 64)
    monkeypatch.setattr("staff.passwords._PASSES", 1)
    CatalogueWrites(engine).put_agency(Agency(external_id="ybj", name="示例市医保局"))
    made = CommandRunner(engine, clock, [*ACCOUNT_COMMANDS, *Editing().commands])
    zhao = {"login": "zhao", "name": "赵", "password": "correct horse 42", "roles": ["reviewer"]}
    made.run(Operator(), "account.add", {**zhao, "agency": "ybj"})
    return made


@pytest.fixture
def schedule(engine: Engine, clock: FixedClock, commands: CommandRunner) -> Callable[[], datetime]:
    """A draft whose hour comes; when."""

    def _schedule() -> datetime:
        content = {"title": "补办办法", "text": "可以补办。", "agency": "示例市医保局"}
        mark = commands.run(Operator(), "content.save", {**CARD, "base": 0, "content": content})
        commands.run(Operator(), "content.submit", {**CARD, "mark": mark})
        with reading(engine) as connection:
            account = by_login(connection, "zhao")
            assert account is not None
            zhao = actor_of(connection, account, clock.today())
        at = clock.now() + timedelta(hours=1)
        commands.run(zhao, "content.schedule", {**CARD, "mark": mark, "at": at})
        return at

    return _schedule


def test_each_kind_has_a_handler_and_a_name_and_each_schedule_a_kind(
    engine: Engine, clock: FixedClock, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    handlers, _ = duties(settings, ensure_keys(tmp_path), engine, clock)
    assert set(handlers) == set(Kind)
    assert {one.kind for one in SCHEDULES} <= set(Kind)
    assert all(label_of(kind) != kind for kind in Kind)
    assert label_of("of.another.version") == "of.another.version"


def test_retention_forgets_each_thing_at_its_time(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    clock.move_to(NOW - timedelta(days=200))
    converse(engine, clock, "old")
    with writing(engine) as connection:
        hit = {
            "at": clock.now(), "word": 1, "scope": Scope.IN, "action": "refuse", "channel": "web",
            "answer_id": "a", "shown": "x",
        }  # fmt: skip
        connection.execute(insert(word_hit).values(**hit))
    clock.move_to(NOW)
    converse(engine, clock, "new")
    settings = Settings(_env_file=None, home=tmp_path, transcript_days=30, word_hit_days=180)
    Schedules(engine, clock, SHANGHAI, SCHEDULES).prepare()
    assert len(Schedules(engine, clock, SHANGHAI, SCHEDULES).put_in()) == 1
    assert work_off(engine, clock, duties(settings, ensure_keys(tmp_path), engine, clock)[0]) == [State.DONE]
    (job,), _ = Jobs(engine, clock).listed()
    assert job.result is not None
    assert (job.result["messages"], job.result["word_hits"], job.result["jobs"]) == (1, 1, 0)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(message)).scalar_one() == 1


def converse(engine: Engine, clock: FixedClock, citizen: str) -> None:
    """One message of a citizen."""
    said = StoredMessage(new_id(), "citizen", "text", {"text": "话"}, clock.now())
    answer = LoggedAnswer(id=new_id(), question="话", status=AnswerStatus.CLARIFY)
    Turns(engine, clock).save(Turn(conversation=citizen, answer=answer, messages=[said]))


def test_a_draft_that_is_due_has_one_job_however_often_one_looks(
    engine: Engine, clock: FixedClock, commands: CommandRunner, schedule: Callable[[], datetime]
) -> None:
    at = schedule()
    publishing = Publishing(engine, clock, commands)
    assert publishing.put_in_due() == 0
    clock.move_to(at)
    assert [publishing.put_in_due() for _ in range(3)] == [1, 0, 0]
    jobs = Jobs(engine, clock)
    (job,), total = jobs.listed()
    assert (total, job.kind, job.params["external_id"], job.actor) == (1, Kind.PUBLISH, "card", "@schedule")
    assert work_off(engine, clock, {Kind.PUBLISH: publishing}) == [State.DONE]
    assert jobs.one(job.id).result == {"published": True}
    assert CatalogueReads(engine).counts().documents == 1
    assert publishing.put_in_due() == 0


def test_a_publication_that_was_cancelled_stays_so_until_it_is_tried_again_or_has_a_new_hour(
    engine: Engine, clock: FixedClock, commands: CommandRunner, schedule: Callable[[], datetime]
) -> None:
    clock.move_to(schedule())
    publishing = Publishing(engine, clock, commands)
    publishing.put_in_due()
    (job,), _ = Jobs(engine, clock).listed()
    with writing(engine) as connection:
        cancel(connection, job.id, clock.now())
    clock.move_to(clock.now() + timedelta(days=1))
    assert publishing.put_in_due() == 0
    assert work_off(engine, clock, {Kind.PUBLISH: publishing}) == []
    assert CatalogueReads(engine).counts().documents == 0
    with writing(engine) as connection:
        retry(connection, job.id, clock.now())
        cancel(connection, job.id, clock.now())
        moved = update(draft).values(publish_at=clock.now() + timedelta(hours=1))
        connection.execute(moved)
    clock.move_to(clock.now() + timedelta(hours=1))
    assert publish_due(engine, clock, commands) == 1
    assert CatalogueReads(engine).counts().documents == 1


def test_a_publication_that_failed_for_good_is_done_when_it_is_tried_again(
    engine: Engine, clock: FixedClock, commands: CommandRunner, schedule: Callable[[], datetime]
) -> None:
    clock.move_to(schedule())
    publishing = Publishing(engine, clock, commands)
    publishing.put_in_due()
    leases = Leases(engine, clock)
    held = leases.claim([Kind.PUBLISH])
    assert held is not None
    leases.fail(held, RuntimeError("x"), for_good=True)
    assert publishing.put_in_due() == 0
    with writing(engine) as connection:
        retry(connection, held.id, clock.now())
    assert work_off(engine, clock, {Kind.PUBLISH: publishing}) == [State.DONE]
    assert Jobs(engine, clock).listed()[1] == 1
    assert CatalogueReads(engine).counts().documents == 1


def test_looking_for_what_is_due_keeps_no_writer_waiting(
    engine: Engine, clock: FixedClock, commands: CommandRunner, schedule: Callable[[], datetime]
) -> None:
    clock.move_to(schedule())
    publishing = Publishing(engine, clock, commands)
    publishing.put_in_due()
    begun: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: begun.append(given[2]))
    assert publishing.put_in_due() == 0
    assert any("SELECT" in one for one in begun)
    assert not any("IMMEDIATE" in one or "INSERT" in one for one in begun)


def test_a_job_that_runs_twice_publishes_once(
    engine: Engine, clock: FixedClock, commands: CommandRunner, schedule: Callable[[], datetime]
) -> None:
    clock.move_to(schedule())
    publishing = Publishing(engine, clock, commands)
    publishing.put_in_due()
    (job,), _ = Jobs(engine, clock).listed()
    assert publishing.publish(job.params) == {"published": True}
    assert publishing.publish(job.params) == {"published": False}
    found = CatalogueReads(engine).by_external_id("document", "card")
    assert found is not None
    assert found.version == 1


def test_a_draft_that_is_broken_is_tried_ever_more_seldom_by_one_job(
    engine: Engine, clock: FixedClock, commands: CommandRunner, schedule: Callable[[], datetime]
) -> None:
    clock.move_to(schedule())
    with writing(engine) as connection:
        connection.execute(update(draft).values(payload="{}"))
    for _ in range(5):
        publish_due(engine, clock, commands)
        clock.move_to(clock.now() + timedelta(seconds=1))
    (job,), total = Jobs(engine, clock).listed()
    assert (total, job.state, job.attempts) == (1, State.QUEUED, 1)
    assert (job.error, job.message) == ("internal", "系统暂时出了点问题，请稍后再试。")
