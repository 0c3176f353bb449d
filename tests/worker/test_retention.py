"""What is kept for how long: what the preview says goes, and nothing else, wherever the worker is stopped."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, update

from apps.retained import retained
from apps.worker.composition import SCHEDULES
from apps.worker.retention import Retention
from core.citizens.tables import conversation, message
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.context import Context
from core.jobs.kinds import Kind
from core.jobs.leases import Leases
from core.jobs.models import State
from core.jobs.queue import cancel, enqueue
from core.jobs.reads import Jobs
from core.jobs.tables import job
from core.retention.forgetting import forget_all
from core.retention.models import DataClass, RetentionRule
from core.retention.preview import forecast
from core.retention.runs import RUN_KEY, last_run, last_runs
from core.retention.tables import retention_run
from core.settings import Settings
from knowledge_base.uploads.tables import upload
from staff.audit import verify
from staff.tables import audit_entry
from tests.worker.ages import Ages
from tests.worker.working import work_off

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SEEDS = range(6)
# The long run sets more.
KILLS = int(os.environ.get("WORKER_KILLS", "3"))
Rules = Sequence[RetentionRule]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return retained(Settings(_env_file=None, home=tmp_path))


def put_job(engine: Engine, clock: FixedClock, by: str = "@schedule") -> int:
    with writing(engine) as connection:
        return enqueue(connection, Kind.RETENTION, {}, by=by, now=clock.now(), unique=RUN_KEY)


def foreseen(engine: Engine, rules: Rules, at: datetime) -> dict[str, int]:
    with reading(engine) as connection:
        return {one.rule.name: one.later for one in forecast(connection, rules, at, at)}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_foreseen_for_a_day_is_what_goes_on_it(seed: int, engine: Engine, rules: Rules) -> None:
    Ages(NOW, seed).fill(engine)
    at = NOW + timedelta(days=(0, 1, 7, 30)[seed % 4], seconds=seed - 3)
    expected = foreseen(engine, rules, at)
    assert sum(expected.values()) > 0
    with reading(engine) as connection:
        before = {one.name: one.kept(connection) for one in rules}
    gone = forget_all(engine, rules, at, batch=3)
    assert gone == expected
    assert sum(foreseen(engine, rules, at).values()) == 0
    with reading(engine) as connection:
        # What goes along by foreign keys, and the entries that say what went of the audit log.
        for one in rules:
            left = before[one.name] - gone[one.name]
            kept = one.kept(connection)
            assert kept >= left if one.name == "audit" else kept <= left
        verify(connection)


def test_each_rule_finds_something_old_and_something_new_among_these_rows(
    engine: Engine, rules: Rules
) -> None:
    Ages(NOW, seed=0).fill(engine)
    gone = forget_all(engine, rules, NOW)
    assert [one.name for one in rules if (gone[one.name] > 0) is (one.days is None)] == []
    with reading(engine) as connection:
        assert [one.name for one in rules if one.kept(connection) == 0] == []


def test_only_the_audit_log_s_own_rule_takes_something_of_it(engine: Engine, rules: Rules) -> None:
    Ages(NOW, seed=1).fill(engine)
    others = [one for one in rules if one.name != "audit"]
    with reading(engine) as connection:
        before = verify(connection)
    forget_all(engine, others, NOW + timedelta(days=5000))
    with reading(engine) as connection:
        assert verify(connection) == before


def test_a_conversation_that_goes_on_meanwhile_is_kept(
    engine: Engine, rules: Rules, clock: FixedClock
) -> None:
    """What is due is looked at by each batch anew, and by PostgreSQL once more at each row."""
    with writing(engine) as connection:
        old = {"created": NOW - timedelta(days=40), "last_seen": NOW - timedelta(days=40)}
        connection.execute(insert(conversation), [{"id": name, **old} for name in "abc"])
    talked = False

    def check(rule: RetentionRule, _: int) -> None:
        nonlocal talked
        if rule.name == "conversations" and not talked:
            with writing(engine) as connection:
                now = conversation.update().where(conversation.c.id == "b").values(last_seen=NOW)
                connection.execute(now)
            talked = True

    assert forget_all(engine, rules, NOW, check=check)["conversations"] == 2


def test_a_run_is_written_down_with_what_went_by_whom_and_when(
    engine: Engine, rules: Rules, clock: FixedClock
) -> None:
    Ages(NOW, seed=2).fill(engine)
    expected = foreseen(engine, rules, NOW)
    put_job(engine, clock, by="wang.admin")
    assert work_off(engine, clock, {Kind.RETENTION: Retention(engine, clock, rules, batch=4)}) == [State.DONE]
    with reading(engine) as connection:
        run = last_run(connection)
    assert run is not None
    assert (run.actor, run.began, run.ended) == ("wang.admin", NOW, NOW)
    assert run.gone == {name: rows for name, rows in expected.items() if rows}
    assert run.total == sum(expected.values())
    job = Jobs(engine, clock).listed(kind=Kind.RETENTION)[0][0]
    assert job.result == expected
    assert (job.done, job.total) == (run.total, run.total)


def test_an_hour_in_which_nothing_was_due_is_written_down_but_not_listed(
    engine: Engine, rules: Rules, clock: FixedClock
) -> None:
    put_job(engine, clock)
    assert work_off(engine, clock, {Kind.RETENTION: Retention(engine, clock, rules)}) == [State.DONE]
    with reading(engine) as connection:
        run = last_run(connection)
        assert run is not None
        assert (run.total, run.gone, run.ended) == (0, {}, NOW)
        assert last_runs(connection, 10) == []


class PulledPlug(BaseException):
    """Stands for a kill: nothing that comes after is run."""


@pytest.mark.parametrize("batches", [0, 1, 5, 23])
def test_whoever_is_killed_between_batches_has_told_what_went_and_the_next_run_takes_the_rest(
    batches: int, engine: Engine, rules: Rules, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ages(NOW, seed=3).fill(engine)
    expected = foreseen(engine, rules, NOW)
    looked = 0

    def check(context: Context) -> None:
        nonlocal looked
        looked += 1
        if looked > batches:
            raise PulledPlug

    put_job(engine, clock)
    leases = Leases(engine, clock)
    held = leases.claim([Kind.RETENTION])
    assert held is not None
    retention = Retention(engine, clock, rules, batch=2)
    with monkeypatch.context() as patched:
        patched.setattr(Context, "check", check)
        with pytest.raises(PulledPlug):
            retention(Context(leases, held, threading.Event()))
    left = foreseen(engine, rules, NOW)
    with reading(engine) as connection:
        verify(connection)
        run = last_run(connection)
    assert run is not None
    assert run.ended is None
    went = {name: rows - left[name] for name, rows in expected.items() if rows != left[name]}
    assert run.gone == went
    clock.move_to(NOW + timedelta(minutes=5))
    leases.sweep()
    clock.move_to(NOW + timedelta(minutes=20))
    assert work_off(engine, clock, {Kind.RETENTION: retention}) == [State.DONE]
    assert sum(foreseen(engine, rules, clock.now()).values()) == 0
    with reading(engine) as connection:
        verify(connection)
        (_, first) = last_runs(connection, 2) if went else (None, None)
        assert first is None or first.gone == went


def test_whoever_cancels_the_job_ends_it_between_two_batches(
    engine: Engine, rules: Rules, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as connection:
        old = {"kind": "text", "role": "citizen", "payload": {}, "created": NOW - timedelta(days=40)}
        connection.execute(insert(conversation).values(id="a", created=NOW, last_seen=NOW))
        connection.execute(insert(message), [{"id": f"m{n}", "conversation": "a", **old} for n in range(10)])
    number = put_job(engine, clock)
    monkeypatch.setattr("core.jobs.context.LOOKED_EVERY_S", 0.0)

    first = RetentionRule.forget

    def and_cancel(rule: RetentionRule, *given: object) -> int:
        gone = first(rule, *given)  # type: ignore[arg-type]
        if gone:
            with writing(engine) as connection:
                cancel(connection, number, clock.now())
        return gone

    monkeypatch.setattr(RetentionRule, "forget", and_cancel)
    ended = work_off(engine, clock, {Kind.RETENTION: Retention(engine, clock, rules, batch=4)})
    assert ended == [State.CANCELLED]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(message)).scalar_one() == 6


def test_figures_stop_at_their_most(engine: Engine, rules: Rules) -> None:
    Ages(NOW, seed=4).fill(engine)
    with reading(engine) as connection:
        for one in forecast(connection, rules, NOW, NOW, most=3):
            assert max(one.rows, one.next_run, one.later) <= 3


def test_the_job_of_the_schedule_and_that_of_staff_are_one(engine: Engine, clock: FixedClock) -> None:
    assert f"schedule:{SCHEDULES[0].name}" == RUN_KEY
    assert put_job(engine, clock) == put_job(engine, clock, by="admin")


def test_names_are_told_apart_and_both_classes_are_there(rules: Rules) -> None:
    assert len({one.name for one in rules}) == len(rules) == len({one.label for one in rules})
    assert {one.data_class for one in rules} == set(DataClass)
    security = [one for one in rules if one.data_class is DataClass.SECURITY]
    assert all(one.days is not None and one.days >= 184 for one in security)
    assert {audit_entry, retention_run} <= {one.table for one in security}


def test_a_process_that_is_killed_anywhere_has_told_what_went(
    migrated_url: str, engine: Engine, rules: Rules, tmp_path: Path
) -> None:
    Ages(NOW, seed=5).fill(engine)
    clear(engine)
    chance = random.Random(20260302)
    begun = foreseen(engine, rules, NOW)
    told = dict.fromkeys(begun, 0)
    for _ in range(KILLS):
        given = (migrated_url, str(tmp_path), NOW.isoformat())
        with subprocess.Popen([sys.executable, "-m", "tests.worker.forgetting", *given]) as running:
            wait_for(engine, running, chance.randint(1, 40))
            time.sleep(chance.uniform(0, 0.01))
            running.kill()
        left = foreseen(engine, rules, NOW)
        with reading(engine) as connection:
            verify(connection)
            run = last_run(connection)
        assert run is not None
        assert run.ended is None
        for name, rows in run.gone.items():
            told[name] += rows
        assert {name: begun[name] - left[name] for name in begun} == told
        clear(engine)
    forget_all(engine, rules, NOW)
    assert sum(foreseen(engine, rules, NOW).values()) == 0


def wait_for(engine: Engine, running: subprocess.Popen[bytes], rows: int) -> None:
    """Waits until so many have gone, and some are left."""
    while running.poll() is None:
        with reading(engine) as connection:
            run = last_run(connection)
        if run is not None and run.total >= rows:
            return
    raise AssertionError("it ended before")


def clear(engine: Engine) -> None:
    """Of jobs and runs: those that follow are told apart from what chance has made."""
    with writing(engine) as connection:
        # SQLite gives the numbers of jobs again: an upload of one that is gone is of no later one.
        connection.execute(update(upload).values(job=upload.c.job + 1000))
        connection.execute(job.delete())
        connection.execute(retention_run.delete())
