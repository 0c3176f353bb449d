"""The second factor: codes of an app, recovery codes, and signing in with them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pyotp import TOTP
from sqlalchemy import Engine, select

from core.clock import FixedClock
from core.commands import Denied
from core.database.engine import reading, writing
from core.errors import BadInput
from staff.accounts import by_login
from staff.actors import AccountActor, Operator
from staff.audit import entries, verify
from staff.runner import CommandRunner
from staff.second_factor.factors import (
    SETTING_UP,
    Proof,
    begun_secret,
    find_factor,
    seal_again,
    take,
)
from staff.second_factor.halves import LIFE
from staff.second_factor.recovery import COUNT
from staff.second_factor.sealing import SecretBox
from staff.second_factor.tables import second_factor
from staff.sessions import Sessions
from staff.signing_in import FREE_ATTEMPTS, CodeRefused, HalfSessionOver, SigningIn, SignInRefused
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS, BOX, PASSWORD, STEP, Holder

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]


@pytest.fixture
def li(equip: Callable[[str], Holder]) -> Holder:
    return equip("li.editor")


def half(signing_in: SigningIn, login: str = "li.editor") -> str:
    passed = signing_in.sign_in(login, PASSWORD)
    assert passed.code_needed
    return passed.token


def refused(signing_in: SigningIn, token: str, code: str) -> bool:
    try:
        signing_in.finish(token, code)
    except CodeRefused:
        return True
    return False


def test_with_it_a_password_opens_half_a_session_and_a_code_the_other_half(
    signing_in: SigningIn, sessions: Sessions, li: Holder, engine: Engine
) -> None:
    token = half(signing_in)
    assert sessions.find(token) is None
    assert signing_in.awaits_code(token)
    whole = signing_in.finish(token, li.code())
    assert whole != token
    session = sessions.find(whole)
    assert session is not None
    assert session.account.login == "li.editor"
    assert session.account.second_factor
    assert not signing_in.awaits_code(token)
    with pytest.raises(HalfSessionOver):
        signing_in.finish(token, li.code(1))
    with reading(engine) as connection:
        (entry, *_), _ = entries(connection, command="account.sign_in")
        assert dict(entry.details) == {"second_factor": "code"}


def test_a_code_is_good_once_and_no_older_one_after_it(signing_in: SigningIn, li: Holder) -> None:
    signing_in.finish(half(signing_in), li.code(1))
    token = half(signing_in)
    assert refused(signing_in, token, li.code(1))
    assert refused(signing_in, token, li.code())
    li.clock.move_to(li.clock.now() + 2 * STEP)
    signing_in.finish(half(signing_in), li.code())


def test_the_code_that_turned_it_on_signs_nobody_in(signing_in: SigningIn, li: Holder) -> None:
    assert refused(signing_in, half(signing_in), li.code(-1))


@pytest.mark.parametrize("kind", list(Proof))
def test_of_many_who_use_one_code_at_once_one_gets_in(kind: Proof, engine: Engine, li: Holder) -> None:
    typed = li.code() if kind is Proof.CODE else li.recovery_codes[3]

    def use(_: int) -> Proof | None:
        # No lock of the catalogue around it: the statement alone has to decide.
        with writing(engine) as connection:
            return take(connection, BOX, li.id, typed, li.clock.now())

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(use, range(16)))
    assert found.count(kind) == 1
    assert found.count(None) == 15


def test_of_many_half_sessions_at_once_one_becomes_whole(signing_in: SigningIn, li: Holder) -> None:
    halves = [half(signing_in) for _ in range(FREE_ATTEMPTS - 1)]
    code = li.code()

    def enter(token: str) -> bool:
        try:
            signing_in.finish(token, code)
        except (CodeRefused, HalfSessionOver):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(enter, halves)).count(True) == 1


def test_each_recovery_code_is_good_once_however_it_is_written(
    signing_in: SigningIn, li: Holder, engine: Engine
) -> None:
    assert len(set(li.recovery_codes)) == COUNT == 10
    first, second, *_ = li.recovery_codes
    signing_in.finish(half(signing_in), first)
    assert refused(signing_in, half(signing_in), first)
    signing_in.finish(half(signing_in), f" {second.replace('-', ' ').upper()}")
    with reading(engine) as connection:
        factor = find_factor(connection, li.id)
        (entry, *_), _ = entries(connection, command="account.sign_in")
    assert factor is not None
    assert factor.codes_left == 8
    assert dict(entry.details) == {"second_factor": "recovery_code"}


def test_a_recovery_code_of_somebody_else_is_none(
    signing_in: SigningIn, li: Holder, equip: Callable[[str], Holder]
) -> None:
    other = equip("sun.editor")
    assert refused(signing_in, half(signing_in), other.recovery_codes[0])
    assert refused(signing_in, half(signing_in), other.code())


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(
    signing_in: SigningIn, li: Holder, engine: Engine
) -> None:
    token = half(signing_in)
    for _ in range(FREE_ATTEMPTS):
        assert refused(signing_in, token, "wrong")
    assert refused(signing_in, token, li.code()), "locked, also with the right one"
    with pytest.raises(SignInRefused):
        signing_in.sign_in("li.editor", PASSWORD)
    with reading(engine) as connection:
        verify(connection)
        assert entries(connection, command="account.lock")[1] == 1
    li.clock.move_to(li.clock.now() + timedelta(minutes=1, seconds=1))
    signing_in.finish(token, li.code())


def test_the_right_password_gives_no_more_guesses_of_the_code(signing_in: SigningIn, li: Holder) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert refused(signing_in, half(signing_in), "wrong")
        if _ < FREE_ATTEMPTS - 1:
            signing_in.confirm("li.editor", PASSWORD)
    with pytest.raises(SignInRefused):
        signing_in.sign_in("li.editor", PASSWORD)
    li.clock.move_to(li.clock.now() + timedelta(minutes=1, seconds=1))
    assert refused(signing_in, half(signing_in), "wrong")
    li.clock.move_to(li.clock.now() + timedelta(minutes=1, seconds=1))
    with pytest.raises(SignInRefused):
        signing_in.sign_in("li.editor", PASSWORD)
    li.clock.move_to(li.clock.now() + timedelta(minutes=1))
    signing_in.finish(half(signing_in), li.code())
    for _ in range(FREE_ATTEMPTS - 1):
        assert refused(signing_in, half(signing_in), "wrong"), "a whole sign-in begins anew"
    signing_in.finish(half(signing_in), li.recovery_codes[0])


def test_the_password_alone_is_no_failure(signing_in: SigningIn, li: Holder) -> None:
    for _ in range(FREE_ATTEMPTS * 2):
        half(signing_in)
    signing_in.finish(half(signing_in), li.code())


def test_half_a_session_is_over_after_minutes(
    signing_in: SigningIn, sessions: Sessions, li: Holder, rows: Rows
) -> None:
    token = half(signing_in)
    li.clock.move_to(li.clock.now() + LIFE + timedelta(seconds=1))
    assert not signing_in.awaits_code(token)
    before = rows()["account"]
    with pytest.raises(HalfSessionOver):
        signing_in.finish(token, li.code())
    assert rows()["account"] == before, "and counts as no guess"
    sessions.forget_old()
    assert rows()["half_session"] == []


@pytest.mark.parametrize("change", ["password", "off", "reset"])
def test_half_a_session_ends_where_sessions_end(
    change: str, signing_in: SigningIn, li: Holder, runner: CommandRunner
) -> None:
    token = half(signing_in)
    own = {"login": "li.editor"}
    given: dict[str, tuple[str, dict[str, Any]]] = {
        "password": ("account.set_password", own | {"password": "another horse 43"}),
        "off": (
            "account.change",
            own | {"name": "李", "roles": ["editor"], "agency": "ybj", "active": False},
        ),
        "reset": ("account.reset_second_factor", own),
    }
    runner.run(Operator(), *given[change])
    with pytest.raises(HalfSessionOver):
        signing_in.finish(token, li.code())


def test_a_secret_is_seen_by_the_session_that_began_it_for_some_minutes(
    engine: Engine, runner: CommandRunner, signing_in: SigningIn, sessions: Sessions, clock: FixedClock
) -> None:
    first, second = (sessions.find(signing_in.sign_in("li.editor", PASSWORD).token) for _ in range(2))
    assert first is not None
    assert second is not None
    runner.run(first.actor, "account.begin_second_factor", {})

    def seen_by(actor: AccountActor) -> str | None:
        with reading(engine) as connection:
            return begun_secret(connection, BOX, actor.account_id, actor.session, clock.now())

    secret = seen_by(first.actor)
    assert secret is not None
    assert seen_by(second.actor) is None
    code = {"code": TOTP(secret).at(clock.now())}
    with pytest.raises(BadInput, match="nothing begun"):
        runner.run(second.actor, "account.confirm_second_factor", code)
    with pytest.raises(BadInput, match="wrong code"):
        runner.run(first.actor, "account.confirm_second_factor", {"code": "wrong"})
    assert not signing_in.sign_in("li.editor", PASSWORD).code_needed, "begun is not on"
    clock.move_to(clock.now() + SETTING_UP)
    assert seen_by(first.actor) is None
    runner.run(first.actor, "account.begin_second_factor", {})
    assert seen_by(first.actor) not in (None, secret)


def test_turning_it_on_ends_the_sessions_that_had_no_code(
    engine: Engine, runner: CommandRunner, signing_in: SigningIn, sessions: Sessions, clock: FixedClock
) -> None:
    own, other = (signing_in.sign_in("li.editor", PASSWORD).token for _ in range(2))
    colleague = signing_in.sign_in("sun.editor", PASSWORD).token
    session = sessions.find(own)
    assert session is not None
    runner.run(session.actor, "account.begin_second_factor", {})
    with reading(engine) as connection:
        secret = begun_secret(connection, BOX, session.account.id, session.actor.session, clock.now())
    assert secret is not None
    code = {"code": TOTP(secret).at(clock.now())}
    runner.run(session.actor, "account.confirm_second_factor", code)
    assert [sessions.find(token) is not None for token in (own, other, colleague)] == [True, False, True]
    with pytest.raises(BadInput, match="on already"):
        runner.run(session.actor, "account.begin_second_factor", {})


def test_both_are_asked_for_before_it_is_turned_off(
    signing_in: SigningIn, li: Holder, runner: CommandRunner, actor: Finder
) -> None:
    for password, code in (("wrong password", li.code()), (PASSWORD, "wrong"), (PASSWORD, "")):
        with pytest.raises(SignInRefused):
            signing_in.confirm_both("li.editor", password, code)
    signing_in.confirm_both("li.editor", PASSWORD, li.code())
    with pytest.raises(SignInRefused):
        signing_in.confirm_both("li.editor", PASSWORD, li.code())
    new = runner.run(actor("li.editor"), "account.renew_recovery_codes", {})
    assert not set(new) & set(li.recovery_codes)
    assert refused(signing_in, half(signing_in), li.recovery_codes[0])
    signing_in.finish(half(signing_in), new[0])
    runner.run(actor("li.editor"), "account.remove_second_factor", {})
    assert not signing_in.sign_in("li.editor", PASSWORD).code_needed
    for command in ("account.remove_second_factor", "account.renew_recovery_codes"):
        with pytest.raises(BadInput, match="no second factor"):
            runner.run(actor("li.editor"), command, {})


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
def test_it_is_reset_by_administrators_of_ones_own_agency(
    agency: str | None,
    engine: Engine,
    runner: CommandRunner,
    actor: Finder,
    equip: Callable[[str], Holder],
    rows: Rows,
) -> None:
    new = {"login": "touched", "name": "x", "password": PASSWORD, "roles": ["editor"], "agency": agency}
    runner.run(Operator(), "account.add", new)
    equip("touched")
    reset = "account.reset_second_factor", {"login": "touched"}
    cells = Cells(engine, rows)
    for login in sorted(ACCOUNTS):
        may = login == "admin" or (login == "ybj.admin" and agency == "ybj")
        cells.tries(may, partial(runner.run, actor(login), *reset), login)
    assert cells.allowed == (2 if agency == "ybj" else 1)
    runner.run(actor("admin"), *reset)
    assert (rows()["second_factor"], rows()["recovery_code"]) == ([], [])


@pytest.mark.parametrize("login", sorted(ACCOUNTS))
def test_everybody_turns_on_and_off_their_own_and_nobody_elses(
    login: str, equip: Callable[[str], Holder], runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    other = equip("li.editor" if login != "li.editor" else "sun.editor")
    kept = rows()["second_factor"]
    equip(login)
    runner.run(actor(login), "account.renew_recovery_codes", {})
    runner.run(actor(login), "account.remove_second_factor", {})
    assert rows()["second_factor"] == kept
    before = rows()
    for command in ("begin_second_factor", "renew_recovery_codes", "remove_second_factor"):
        with pytest.raises(BadInput):
            runner.run(actor(login), f"account.{command}", {"login": other.login})
    with pytest.raises(Denied):
        runner.run(actor(login), "account.reset_second_factor", {"login": login})
    assert rows() == before


def test_a_reset_ends_sessions_and_the_password_lets_in_again(
    runner: CommandRunner, actor: Finder, signing_in: SigningIn, sessions: Sessions, li: Holder
) -> None:
    token = signing_in.finish(half(signing_in), li.code())
    runner.run(actor("ybj.admin"), "account.reset_second_factor", {"login": "li.editor"})
    assert sessions.find(token) is None
    assert not signing_in.sign_in("li.editor", PASSWORD).code_needed
    with pytest.raises(BadInput, match="no second factor"):
        runner.run(Operator(), "account.reset_second_factor", {"login": "li.editor"})


def test_no_secret_and_no_code_is_kept_or_logged(
    engine: Engine, equip: Callable[[str], Holder], signing_in: SigningIn, rows: Rows,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    li = equip("li.editor")
    token = half(signing_in)
    assert refused(signing_in, token, "wrong code 77")
    code = li.code()
    signing_in.finish(token, code)
    told = str(rows()) + str([record.__dict__ for record in caplog.records])
    plain = [one.replace("-", "") for one in li.recovery_codes]
    for secret in (li.secret, token, code, "wrong code 77", *li.recovery_codes, *plain):
        assert secret not in told
    with reading(engine) as connection:
        verify(connection)
        of_li, _ = entries(connection, subject="li.editor")
        assert {"account.begin_second_factor", "account.confirm_second_factor"} < {
            one.command for one in of_li
        }


def test_without_its_key_a_recovery_code_still_lets_in(
    engine: Engine, clock: FixedClock, li: Holder, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = SigningIn(engine, clock, SecretBox("the key of another installation"))
    assert refused(elsewhere, half(elsewhere), li.code())
    assert "second factor unreadable" in caplog.text
    elsewhere.finish(half(elsewhere), li.recovery_codes[0])


def test_secrets_are_sealed_again_under_a_new_key(engine: Engine, li: Holder) -> None:
    def kept() -> str:
        with reading(engine) as connection:
            return str(connection.execute(select(second_factor.c.sealed)).scalar_one())

    with writing(engine) as connection:
        assert seal_again(connection, SecretBox("a newer key", "the key of a test")) == 1
    assert SecretBox("a newer key").open(li.id, kept()) == li.secret
    before = kept()
    with writing(engine) as connection:
        assert seal_again(connection, SecretBox("an unrelated key")) == 0
    assert kept() == before


def test_accounts_tell_whether_it_is_on(engine: Engine, li: Holder) -> None:
    with reading(engine) as connection:
        assert by_login(connection, "li.editor").second_factor
        assert not by_login(connection, "sun.editor").second_factor
