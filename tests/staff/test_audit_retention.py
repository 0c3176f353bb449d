"""The audit log whose beginning went after its time: what is left can be trusted as before."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from core.commands import Subject
from core.database.engine import reading, writing
from core.retention.forgetting import forget_all
from core.retention.models import RetentionRule
from staff.audit import FORGOTTEN, BrokenChain, Head, append, verify
from staff.audit_retention import audit_rule
from staff.tables import audit_entry

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DAYS = 400
SUBJECT = Subject("account", "li")


@pytest.fixture
def rule() -> RetentionRule:
    return audit_rule(DAYS)


@pytest.fixture
def write(engine: Engine) -> Callable[..., None]:
    """Entries of so many days ago each."""

    def _write(*days_ago: float) -> None:
        with writing(engine) as connection:
            for days in days_ago:
                append(connection, NOW - timedelta(days=days), "li", "account.sign_in", SUBJECT, {})

    return _write


def head(engine: Engine) -> Head:
    with reading(engine) as connection:
        return verify(connection)


def numbers(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.execute(select(audit_entry.c.number).order_by(audit_entry.c.number)).scalars())


def test_the_rest_is_a_chain_that_says_what_went(
    engine: Engine, rule: RetentionRule, write: Callable[..., None]
) -> None:
    write(900, 500, 402, 399, 1)
    with reading(engine) as connection:
        digests = {row.number: row.digest for row in connection.execute(select(audit_entry))}
    assert forget_all(engine, [rule], NOW) == {"audit": 3}
    assert numbers(engine) == [4, 5, 6]
    assert (head(engine).entries, head(engine).forgotten, head(engine).told_by) == (6, 3, 6)
    with reading(engine) as connection:
        told = connection.execute(select(audit_entry).where(audit_entry.c.command == FORGOTTEN)).one()
    assert json.loads(told.details) == {
        "through": 3, "digest": digests[3], "entries": 3, "before": "2025-01-26T00:00:00+00:00",
    }  # fmt: skip
    assert (told.at, told.actor) == (NOW, "@retention")


def test_the_log_goes_on_and_its_beginning_moves_from_batch_to_batch(
    engine: Engine, rule: RetentionRule, write: Callable[..., None]
) -> None:
    write(*range(420, 380, -1))
    assert forget_all(engine, [rule], NOW, batch=7) == {"audit": 20}
    write(3, 2)
    assert head(engine).forgotten == 20
    assert forget_all(engine, [rule], NOW + timedelta(days=5)) == {"audit": 5}
    assert head(engine).forgotten == 25
    assert numbers(engine)[0] == 26


def test_of_a_log_that_is_old_altogether_the_entry_that_says_so_is_left(
    engine: Engine, rule: RetentionRule, write: Callable[..., None]
) -> None:
    write(900, 500)
    assert forget_all(engine, [rule], NOW) == {"audit": 2}
    assert numbers(engine) == [3]
    assert head(engine).forgotten == 2
    assert forget_all(engine, [rule], NOW + timedelta(days=1)) == {"audit": 0}
    assert forget_all(engine, [rule], NOW + timedelta(days=800)) == {"audit": 1}
    assert numbers(engine) == [4]
    assert head(engine).forgotten == 3


def test_nothing_goes_of_an_empty_or_a_young_log(
    engine: Engine, rule: RetentionRule, write: Callable[..., None]
) -> None:
    assert forget_all(engine, [rule], NOW) == {"audit": 0}
    write(399, 1)
    assert forget_all(engine, [rule], NOW) == {"audit": 0}
    assert numbers(engine) == [1, 2]


def test_it_goes_by_whole_days_so_that_one_entry_a_day_says_so(
    engine: Engine, rule: RetentionRule, write: Callable[..., None]
) -> None:
    write(*(401 - hour / 24 for hour in range(48)))
    gone = [forget_all(engine, [rule], NOW + timedelta(hours=hour))["audit"] for hour in range(24)]
    assert [rows for rows in gone if rows] == [gone[0], 24]
    assert head(engine).forgotten == sum(gone)


def test_an_entry_that_a_clock_gone_wrong_has_dated_early_goes_with_those_before_it_only(
    engine: Engine, rule: RetentionRule, write: Callable[..., None]
) -> None:
    write(500, 10, 500, 1)
    assert forget_all(engine, [rule], NOW) == {"audit": 1}
    assert numbers(engine) == [2, 3, 4, 5]


def _set(connection: Connection, number: int, **values: object) -> None:
    connection.execute(update(audit_entry).where(audit_entry.c.number == number).values(values))


def _drop(connection: Connection, number: int) -> None:
    connection.execute(delete(audit_entry).where(audit_entry.c.number == number))


def _put_back(connection: Connection, number: int) -> None:
    old = {"number": number, "at": NOW, "actor": "li", "command": "x", "digest": "0" * 64, "details": "{}"}
    connection.execute(insert(audit_entry).values(**old, subject_kind="x", subject_id="x"))


DETAILS = '{"through":4,"digest":"x","entries":4,"before":"x"}'
TOUCHES: dict[str, tuple[Callable[[Connection], None], int]] = {
    "the first that is left dropped": (lambda connection: _drop(connection, 4), 4),
    "the first that is left changed": (lambda connection: _set(connection, 4, actor="sun"), 4),
    "one in the middle dropped": (lambda connection: _drop(connection, 5), 5),
    "one in the middle changed": (lambda connection: _set(connection, 5, details='{"x":1}'), 5),
    "what says what went dropped": (lambda connection: _drop(connection, 7), 1),
    "what says what went changed": (lambda connection: _set(connection, 7, details=DETAILS), 5),
    "what says what went spoilt": (lambda connection: _set(connection, 7, details="{}"), 7),
    "an old one put back": (
        lambda connection: _put_back(connection, 3),
        4,
    ),
    "one after it changed": (lambda connection: _set(connection, 8, actor="sun"), 8),
}  # fmt: skip


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_change_before_or_after_is_still_found_out(
    touch: str, engine: Engine, rule: RetentionRule, write: Callable[..., None]
) -> None:
    write(900, 500, 402, 399, 2, 1)
    forget_all(engine, [rule], NOW)
    write(0, 0)
    change, number = TOUCHES[touch]
    with writing(engine) as connection:
        change(connection)
    with reading(engine) as connection, pytest.raises(BrokenChain) as told:
        verify(connection)
    assert told.value.number == number


def test_the_process_log_witnesses_what_went_once_it_is_kept(
    engine: Engine, rule: RetentionRule, write: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "staff")
    write(500, 1)

    def fail(*_: object) -> None:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        rule.forget(engine, NOW, 10, fail)
    assert numbers(engine) == [1, 2]
    assert [one for one in caplog.records if one.getMessage() == "audit"] == []
    forget_all(engine, [rule], NOW)
    (told,) = [one for one in caplog.records if one.getMessage() == "audit"]
    with reading(engine) as connection:
        last = connection.execute(select(func.max(audit_entry.c.number))).scalar_one()
    assert (told.__dict__["audit"], told.__dict__["command"]) == (last, FORGOTTEN)


def test_no_command_has_the_name_of_what_goes(runner: object) -> None:
    assert FORGOTTEN not in runner.commands  # type: ignore[attr-defined]
