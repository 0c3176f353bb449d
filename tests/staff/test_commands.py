"""Commands: who may, what is kept of them, and that a refused one leaves no trace."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from core.catalogue.revision import changing
from core.clock import FixedClock
from core.commands import Act, Actor, Command, Denied, Done, Payload, Permission, Subject
from core.database.engine import reading, writing
from core.errors import BadInput, NotFound
from staff.account_commands import ACCOUNT_COMMANDS
from staff.accounts import by_login, listed
from staff.actors import AccountActor, Operator
from staff.audit import BrokenChain, verify
from staff.roles import GRANTS, Role
from staff.runner import CommandRunner
from staff.sessions import Sessions
from staff.signing_in import SigningIn
from staff.tables import audit_entry
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS, PASSWORD

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
SECRET = "a good password 7"
NEW: dict[str, Any] = {"login": "new.one", "name": "新", "password": SECRET, "roles": ["editor"]}


def test_commands_have_names_of_their_own(engine: Engine, clock: FixedClock) -> None:
    with pytest.raises(ValueError, match=r"account\.add"):
        CommandRunner(engine, clock, [*ACCOUNT_COMMANDS, ACCOUNT_COMMANDS[0]])


def test_every_permission_is_granted_to_some_role() -> None:
    assert set(Permission) == {permission for granted in GRANTS.values() for permission in granted}
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
@pytest.mark.parametrize("name", ["account.add", "account.change", "account.set_password"])
def test_accounts_are_managed_within_ones_own_agency(
    name: str, agency: str | None, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    runner.run(Operator(), "account.add", NEW | {"login": "touched", "agency": agency})
    given: dict[str, dict[str, Any]] = {
        "account.add": NEW | {"agency": agency},
        "account.change": {
            "login": "touched", "name": "改", "roles": ["analyst"], "agency": agency, "active": True,
        },
        "account.set_password": {"login": "touched", "password": "another password 8"},
    }  # fmt: skip
    cells = Cells(engine, rows)
    for login in ACCOUNTS:
        may = login == "admin" or (login == "ybj.admin" and agency == "ybj")
        cells.tries(may, partial(runner.run, actor(login), name, given[name]), login)


def test_nobody_moves_an_account_out_of_or_into_another_agency(
    runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    before = rows()
    for login, agency in (("li.editor", "gjj"), ("sun.editor", "ybj"), ("li.editor", None)):
        change = {"login": login, "name": "x", "roles": ["administrator"], "agency": agency, "active": True}
        with pytest.raises(Denied):
            runner.run(actor("ybj.admin"), "account.change", change)
    assert rows() == before


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"login": "a b"}, "login"),
        ({"login": "../x"}, "login"),
        ({"login": "x" * 65}, "login"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
        ({"name": " "}, "name"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_is_given_is_checked_and_never_repeated(
    changed: dict[str, Any], named: str, runner: CommandRunner, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadInput) as caught:
        runner.run(Operator(), "account.add", NEW | changed)
    assert named in caught.value.detail
    assert SECRET not in str(caught.value)
    assert rows() == before


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "new.one and more", "x1" * 100])
def test_a_weak_password_is_refused(password: str, runner: CommandRunner, rows: Rows) -> None:
    before = rows()
    with pytest.raises(BadInput, match="weak"):
        runner.run(Operator(), "account.add", NEW | {"password": password})
    assert rows() == before


def test_a_login_is_taken_once_however_it_is_written(runner: CommandRunner) -> None:
    with pytest.raises(BadInput, match="taken"):
        runner.run(Operator(), "account.add", NEW | {"login": "LI.editor"})
    with pytest.raises(BadInput, match="agency"):
        runner.run(Operator(), "account.add", NEW | {"agency": "no such"})
    with pytest.raises(NotFound):
        runner.run(Operator(), "account.crown", {})
    with pytest.raises(NotFound):
        runner.run(Operator(), "account.set_password", {"login": "nobody", "password": PASSWORD})


def test_the_last_administrator_stays_one(runner: CommandRunner, actor: Finder, rows: Rows) -> None:
    keep = {"login": "admin", "name": "管", "roles": ["administrator"], "agency": None, "active": True}
    before = rows()
    for change in ({"active": False}, {"roles": ["editor"]}, {"agency": "ybj"}):
        with pytest.raises(BadInput, match="last administrator"):
            runner.run(Operator(), "account.change", keep | change)
    assert rows() == before
    second = NEW | {"login": "second", "roles": ["administrator"], "agency": None}
    runner.run(actor("admin"), "account.add", second)
    runner.run(actor("second"), "account.change", keep | {"active": False})


def test_rights_are_lent_for_days_and_within_the_agency(
    runner: CommandRunner, actor: Finder, clock: FixedClock, rows: Rows
) -> None:
    today = clock.today()
    lent = {
        "giver": "zhao.reviewer", "taker": "li.editor",
        "first_day": today, "last_day": today + timedelta(days=1),
    }  # fmt: skip
    before = rows()
    for wrong in (
        {"taker": "sun.editor"},
        {"taker": "zhao.reviewer"},
        {"last_day": today - timedelta(days=1)},
        {"last_day": today + timedelta(days=400)},
        {"first_day": date(2020, 1, 1)},
        {"first_day": today + timedelta(days=200), "last_day": today + timedelta(days=201)},
        {"taker": "nobody"},
    ):
        with pytest.raises(BadInput):
            runner.run(actor("zhao.reviewer"), "account.delegate", lent | wrong)
    for other in ("li.editor", "ybj.admin", "sun.editor", "admin"):
        with pytest.raises(Denied):
            runner.run(actor(other), "account.delegate", lent)
    assert rows() == before
    assert not actor("li.editor").may(Permission.REVIEW, "ybj")
    number = runner.run(actor("zhao.reviewer"), "account.delegate", lent)
    assert actor("li.editor").may(Permission.REVIEW, "ybj")
    assert not actor("li.editor").may(Permission.REVIEW, "gjj")
    end = {"giver": "zhao.reviewer", "delegation": number}
    with pytest.raises(Denied):
        runner.run(actor("li.editor"), "account.end_delegation", end)
    clock.move_to(clock.now() + timedelta(days=2))
    assert not actor("li.editor").may(Permission.REVIEW, "ybj")
    runner.run(actor("ybj.admin"), "account.end_delegation", end)
    with pytest.raises(NotFound):
        runner.run(Operator(), "account.end_delegation", end)


def test_what_is_lent_lasts_no_longer_and_is_no_more_than_daily_work(
    runner: CommandRunner, actor: Finder, clock: FixedClock
) -> None:
    days = {"first_day": clock.today(), "last_day": clock.today()}
    lent = {"giver": "ybj.admin", "taker": "li.editor", **days}
    runner.run(actor("ybj.admin"), "account.delegate", lent)
    assert not actor("li.editor").may(Permission.MANAGE_STAFF, "ybj")
    assert not actor("li.editor").may(Permission.AUDIT, "ybj")
    runner.run(actor("zhao.reviewer"), "account.delegate", lent | {"giver": "zhao.reviewer"})
    assert actor("li.editor").may(Permission.REVIEW, "ybj")
    moved = {"login": "li.editor", "name": "李", "roles": ["editor"], "agency": "gjj", "active": True}
    runner.run(Operator(), "account.change", moved)
    assert not actor("li.editor").may(Permission.REVIEW, "ybj")
    assert not actor("li.editor").may(Permission.REVIEW, "gjj")
    runner.run(Operator(), "account.change", moved | {"agency": "ybj"})
    assert not actor("li.editor").may(Permission.REVIEW, "ybj"), "what was lent ended with the move"


def test_a_giver_who_rises_lends_nothing_of_it(
    runner: CommandRunner, actor: Finder, clock: FixedClock
) -> None:
    days = {"first_day": clock.today(), "last_day": clock.today()}
    runner.run(
        actor("zhao.reviewer"), "account.delegate", {"giver": "zhao.reviewer", "taker": "li.editor", **days}
    )
    risen = {"login": "zhao.reviewer", "name": "赵", "roles": ["reviewer"], "agency": None, "active": True}
    runner.run(Operator(), "account.change", risen)
    assert not actor("li.editor").may(Permission.REVIEW, "gjj")
    assert not actor("li.editor").may(Permission.REVIEW, "ybj")


@pytest.mark.parametrize("login", ["admin", "ybj.admin"])
def test_nobody_changes_their_own_roles_or_gets_round_their_own_password(
    login: str, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    before = rows()
    own = {
        "login": login, "name": "x", "roles": ["administrator", "editor"],
        "agency": ACCOUNTS[login][0], "active": True,
    }  # fmt: skip
    with pytest.raises(Denied):
        runner.run(actor(login), "account.change", own)
    with pytest.raises(Denied):
        runner.run(actor(login), "account.set_password", {"login": login.upper(), "password": SECRET})
    assert rows() == before


def test_who_was_switched_off_meanwhile_does_nothing_more(
    runner: CommandRunner, actor: Finder, signing_in: SigningIn, sessions: Sessions, rows: Rows
) -> None:
    session = sessions.find(signing_in.sign_in("ybj.admin", PASSWORD).token)
    assert session is not None
    runner.run(Operator(), "account.set_password", {"login": "ybj.admin", "password": SECRET})
    before = rows()
    with pytest.raises(Denied):
        runner.run(session.actor, "account.add", NEW | {"agency": "ybj"})
    assert rows() == before
    demoted = {"login": "ybj.admin", "name": "x", "roles": ["editor"], "agency": "ybj", "active": True}
    administrator = actor("ybj.admin")
    runner.run(Operator(), "account.change", demoted)
    with pytest.raises(Denied):
        runner.run(administrator, "account.add", NEW | {"agency": "ybj"})
    editor = actor("ybj.admin")
    runner.run(Operator(), "account.change", demoted | {"active": False})
    with pytest.raises(Denied):
        runner.run(editor, "account.delegate", {
            "giver": "ybj.admin", "taker": "li.editor", "first_day": "2026-03-02", "last_day": "2026-03-02",
        })  # fmt: skip


def test_the_log_tells_who_did_what_and_no_secret(
    engine: Engine, runner: CommandRunner, actor: Finder
) -> None:
    runner.run(actor("admin"), "account.add", NEW)
    with reading(engine) as connection:
        assert verify(connection).entries == len(ACCOUNTS) + 1
        last = connection.execute(select(audit_entry).order_by(audit_entry.c.number.desc())).first()
    assert last is not None
    assert (last.actor, last.command, last.subject_id) == ("admin", "account.add", "new.one")
    assert json.loads(last.details) == {"name": "新", "roles": ["editor"]}


@pytest.mark.parametrize("change", ["details", "actor", "drop one", "drop the first", "exchange"])
def test_a_log_that_was_touched_is_found_out(engine: Engine, runner: CommandRunner, change: str) -> None:
    with writing(engine) as connection:
        if change == "drop one":
            connection.execute(delete(audit_entry).where(audit_entry.c.number == 2))
        elif change == "drop the first":
            connection.execute(delete(audit_entry).where(audit_entry.c.number == 1))
        elif change == "exchange":
            for old, new in ((2, 99), (3, 2), (99, 3)):
                moved = update(audit_entry).where(audit_entry.c.number == old)
                connection.execute(moved.values(number=new))
        else:
            touched = update(audit_entry).where(audit_entry.c.number == 2)
            connection.execute(touched.values({change: '{"name":"other"}'}))
    with reading(engine) as connection, pytest.raises(BrokenChain):
        verify(connection)


def test_a_command_that_fails_leaves_nothing(
    engine: Engine, clock: FixedClock, runner: CommandRunner, rows: Rows
) -> None:
    def fails(act: Act, _: Payload) -> Done:
        set_password = runner.commands["account.set_password"]
        given = set_password.payload(login="admin", password="x" + PASSWORD)
        set_password.run(replace(act, prepared="a digest"), given)
        raise RuntimeError("stopped in the middle")

    broken = Command("test.fail", Permission.EDIT, Payload, lambda *_: (Subject("x", "1"),), fails)
    before = rows()
    with pytest.raises(RuntimeError):
        CommandRunner(engine, clock, [broken]).run(Operator(), "test.fail", {})
    assert rows() == before


def test_what_takes_long_is_done_while_others_may_write(
    engine: Engine, clock: FixedClock, runner: CommandRunner
) -> None:
    def prepare(who: Actor, _: Payload) -> str:
        with changing(engine):
            return f"for {who.login}"

    def run(act: Act, _: Payload) -> Done:
        return Done(value=act.prepared)

    slow = Command("test.slow", Permission.EDIT, Payload, lambda *_: (Subject("x", "1"),), run, prepare)
    assert CommandRunner(engine, clock, [slow]).run(Operator(), "test.slow", {}) == "for @operator"


def test_a_command_that_touches_nothing_is_denied(
    engine: Engine, clock: FixedClock, runner: CommandRunner
) -> None:
    idle = Command("test.idle", Permission.EDIT, Payload, lambda *_: (), lambda *_: Done())
    with pytest.raises(Denied):
        CommandRunner(engine, clock, [idle]).run(Operator(), "test.idle", {})


def test_the_process_log_witnesses_the_chain(
    engine: Engine, runner: CommandRunner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "staff")
    runner.run(Operator(), "account.add", NEW)
    with reading(engine) as connection:
        last = connection.execute(select(audit_entry).order_by(audit_entry.c.number.desc())).first()
    told = [record for record in caplog.records if record.getMessage() == "audit"]
    assert last is not None
    assert [(record.__dict__["audit"], record.__dict__["digest"]) for record in told] == [
        (last.number, last.digest)
    ]
    assert SECRET not in str([record.__dict__ for record in caplog.records])


def test_accounts_are_found_by_part_of_a_name(engine: Engine, runner: CommandRunner) -> None:
    with reading(engine) as connection:
        assert [one.login for one in listed(connection, "I.EDITOR")[0]] == ["li.editor"]
        assert [one.login for one in listed(connection, agency="gjj")[0]] == ["sun.editor", "zhou.reviewer"]
        page, total = listed(connection, limit=2, offset=2)
        assert (len(page), total) == (2, len(ACCOUNTS))
        assert listed(connection, "%")[1] == 0
        assert by_login(connection, " ADMIN").roles == {Role.ADMINISTRATOR}


def test_what_else_is_written_with_a_command_is_one_transaction_with_it(
    runner: CommandRunner, engine: Engine, rows: Rows
) -> None:
    seen: list[Any] = []

    def broken(_: Any, value: Any) -> None:
        seen.append(value)
        raise RuntimeError("in the end")

    before = rows()
    with pytest.raises(RuntimeError, match="in the end"):
        runner.run(Operator(), "account.add", {**NEW, "agency": None}, also=broken)
    assert rows() == before
    assert len(seen) == 1
    runner.run(Operator(), "account.add", {**NEW, "agency": None}, also=lambda *_: seen.append("kept"))
    assert seen[-1] == "kept"
    assert rows() != before
