"""Signing in, and how long it lasts."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.clock import FixedClock
from core.commands import Permission
from core.database.engine import reading
from staff.actors import AccountActor, Operator
from staff.audit import entries, verify
from staff.passwords import hashed, matches
from staff.runner import CommandRunner
from staff.sessions import Sessions
from staff.signing_in import FREE_ATTEMPTS, NOBODY, SigningIn, SignInRefused
from staff.tables import account, audit_entry
from tests.staff.conftest import PASSWORD

WRONG = "wrong password 1"


def refused(signing_in: SigningIn, login: str, password: str = WRONG) -> bool:
    try:
        signing_in.sign_in(login, password)
    except SignInRefused:
        return True
    return False


def test_a_password_opens_a_session_with_the_accounts_rights(
    signing_in: SigningIn, sessions: Sessions
) -> None:
    session = sessions.find(signing_in.sign_in(" Li.Editor ", PASSWORD).token)
    assert session is not None
    assert (session.account.login, session.account.agency) == ("li.editor", "ybj")
    assert session.actor.may(Permission.EDIT, "ybj")
    assert not session.actor.may(Permission.EDIT, "gjj")


def test_each_sign_in_is_another_session(signing_in: SigningIn, sessions: Sessions) -> None:
    first, second = (signing_in.sign_in("admin", PASSWORD).token for _ in range(2))
    assert first != second
    sessions.end(first)
    assert sessions.find(first) is None
    assert sessions.find(second) is not None


@pytest.mark.parametrize("login", ["li.editor", "nobody", ""])
def test_a_wrong_password_and_an_unknown_login_are_refused_alike(signing_in: SigningIn, login: str) -> None:
    with pytest.raises(SignInRefused) as caught:
        signing_in.sign_in(login, "wrong password 1")
    assert caught.value.public_message == SignInRefused.public_message


def test_who_guesses_is_slowed_down_even_with_the_right_password(
    signing_in: SigningIn, clock: FixedClock
) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert refused(signing_in, "li.editor")
    assert refused(signing_in, "li.editor", PASSWORD)
    assert not refused(signing_in, "zhao.reviewer", PASSWORD)
    clock.move_to(clock.now() + timedelta(minutes=1, seconds=1))
    assert refused(signing_in, "li.editor")
    clock.move_to(clock.now() + timedelta(minutes=1, seconds=1))
    assert refused(signing_in, "li.editor", PASSWORD), "the second wait is longer than the first"
    clock.move_to(clock.now() + timedelta(minutes=1))
    assert not refused(signing_in, "li.editor", PASSWORD)
    for _ in range(FREE_ATTEMPTS - 1):
        assert refused(signing_in, "li.editor")
    assert not refused(signing_in, "li.editor", PASSWORD), "a sign-in that worked begins anew"


def test_each_lock_stands_in_the_log_and_no_guess_before_it(
    engine: Engine, signing_in: SigningIn, clock: FixedClock
) -> None:
    def locks() -> list[Any]:
        with reading(engine) as connection:
            verify(connection)
            told = select(audit_entry).where(audit_entry.c.command == "account.lock")
            return list(connection.execute(told.order_by(audit_entry.c.number)))

    for _ in range(FREE_ATTEMPTS - 1):
        assert refused(signing_in, "li.editor")
    assert locks() == []
    assert refused(signing_in, "li.editor")
    # Locked, nothing is tried; an unknown login has nothing to lock.
    assert refused(signing_in, "li.editor")
    assert refused(signing_in, "nobody.here")
    (first,) = locks()
    assert (first.actor, first.subject_id, first.agency) == (NOBODY, "li.editor", "ybj")
    assert json.loads(first.details) == {"until": (clock.now() + timedelta(minutes=1)).isoformat()}
    clock.move_to(clock.now() + timedelta(minutes=1, seconds=1))
    assert refused(signing_in, "li.editor")
    assert len(locks()) == 2


def test_many_guesses_at_once_count_each(
    engine: Engine, signing_in: SigningIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared_with: list[str] = []

    def looked_at(_: str, kept: str) -> bool:
        compared_with.append(kept)
        return False

    with monkeypatch.context() as patch, ThreadPoolExecutor(8) as pool:
        patch.setattr("staff.signing_in.matches", looked_at)
        assert all(pool.map(lambda n: refused(signing_in, "li.editor", f"guess number {n}"), range(24)))
    of_li = select(account.c.password).where(account.c.login == "li.editor")
    with reading(engine) as connection:
        kept = connection.execute(of_li).scalar_one()
    # Beyond the free ones an attempt is compared with nobody's password, which costs the same time.
    assert len(compared_with) == 24
    assert compared_with.count(kept) == FREE_ATTEMPTS
    with reading(engine) as connection:
        assert entries(connection, command="account.lock")[1] == 1
    assert refused(signing_in, "li.editor", PASSWORD)


def test_old_guesses_are_forgotten(signing_in: SigningIn, clock: FixedClock) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert refused(signing_in, "li.editor")
    clock.move_to(clock.now() + timedelta(days=2))
    for _ in range(FREE_ATTEMPTS - 1):
        assert refused(signing_in, "li.editor")
    assert not refused(signing_in, "li.editor", PASSWORD)


def test_guessing_from_within_counts_as_at_the_way_in(signing_in: SigningIn) -> None:
    signing_in.confirm("li.editor", PASSWORD)
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(SignInRefused):
            signing_in.confirm("li.editor", WRONG)
    with pytest.raises(SignInRefused):
        signing_in.confirm("li.editor", PASSWORD)
    assert refused(signing_in, "li.editor", PASSWORD)


def test_a_password_is_the_same_with_spaces_around_it(runner: CommandRunner, signing_in: SigningIn) -> None:
    spaced = f" {PASSWORD} "
    runner.run(Operator(), "account.set_password", {"login": "li.editor", "password": spaced})
    assert refused(signing_in, "li.editor", PASSWORD)
    assert not refused(signing_in, "li.editor", spaced)


def test_a_sign_in_stands_in_both_logs(
    engine: Engine, signing_in: SigningIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "staff")
    signing_in.sign_in("li.editor", PASSWORD)
    with reading(engine) as connection:
        head = verify(connection)
        last = connection.execute(select(audit_entry).order_by(audit_entry.c.number.desc())).first()
    assert last is not None
    assert (last.actor, last.command) == ("li.editor", "account.sign_in")
    assert [(one.__dict__["audit"], one.__dict__["digest"]) for one in caplog.records] == [
        (head.entries, head.digest)
    ]


def test_a_session_ends_when_nobody_uses_it_and_at_the_end_of_the_day(
    signing_in: SigningIn, sessions: Sessions, clock: FixedClock
) -> None:
    idle, used = (signing_in.sign_in("admin", PASSWORD).token for _ in range(2))
    for _ in range(24):
        clock.move_to(clock.now() + timedelta(minutes=29))
        assert sessions.find(used) is not None
    assert sessions.find(idle) is None
    clock.move_to(clock.now() + timedelta(minutes=29))
    assert sessions.find(used) is None, "twelve hours are over"
    assert sessions.forget_old() == 2


def test_an_account_that_is_switched_off_is_signed_out(
    signing_in: SigningIn, sessions: Sessions, runner: CommandRunner
) -> None:
    token = signing_in.sign_in("li.editor", PASSWORD).token
    change = {"login": "li.editor", "name": "李", "roles": ["editor"], "agency": "ybj", "active": False}
    runner.run(Operator(), "account.change", change)
    assert sessions.find(token) is None
    assert refused(signing_in, "li.editor", PASSWORD)
    runner.run(Operator(), "account.change", change | {"active": True})
    assert sessions.find(token) is None


def test_a_new_password_ends_every_session(
    signing_in: SigningIn,
    sessions: Sessions,
    runner: CommandRunner,
    actor: Callable[[str], AccountActor],
) -> None:
    tokens = [signing_in.sign_in("li.editor", PASSWORD).token for _ in range(2)]
    new = {"new": "another horse 43"}
    runner.run(actor("li.editor"), "account.change_password", new)
    assert [sessions.find(token) for token in tokens] == [None, None]
    assert refused(signing_in, "li.editor", PASSWORD)
    assert not refused(signing_in, "li.editor", "another horse 43")


def test_nothing_kept_signs_anybody_in(
    signing_in: SigningIn, sessions: Sessions, rows: Callable[[], dict[str, list[Any]]]
) -> None:
    token = signing_in.sign_in("admin", PASSWORD).token
    kept = str(rows())
    assert token not in kept
    assert PASSWORD not in kept
    ((digest, *_),) = rows()["staff_session"]
    assert sessions.find(digest) is None


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    first, second = hashed(PASSWORD), hashed(PASSWORD)
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches(PASSWORD, first)
    assert not matches(PASSWORD + " ", first)
