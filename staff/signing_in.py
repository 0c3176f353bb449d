"""Signing in: with a password, slowed down where somebody guesses."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from core.catalogue.revision import changing
from core.clock import Clock
from core.commands import Subject
from core.database.engine import writing
from core.errors import WeizhengError
from staff.accounts import folded_login
from staff.audit import append, witness
from staff.passwords import MOST, hashed, matches
from staff.sessions import open_session
from staff.tables import account

log = logging.getLogger(__name__)
FREE_ATTEMPTS = 5
# Acts in the audit log where nobody is signed in.
NOBODY = "@nobody"
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# So long after the last wait guesses begin to count anew.
_FORGOTTEN_AFTER = timedelta(days=1)


class SignInRefused(WeizhengError):
    """No session; the public message does not tell whether there is such an account."""

    code = "sign_in_refused"
    public_message = "登录名或密码不正确，或者账号已停用、暂时锁定。"


class SigningIn:
    """Opens sessions; blocks, and takes the time of a password check whether or not there is an account.

    Args:
        engine: Database.
        clock: The time.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._nobodys = hashed("nobody has this password")

    def sign_in(self, login: str, password: str) -> str:
        """The token of a new session.

        Raises:
            SignInRefused: The password is not the account's, or it may not sign in now.
            Unavailable: The database does not answer.
        """
        row = self._proved(folded_login(login), password)
        with changing(self._engine) as connection:
            now = self._clock.now()
            _require_same(connection, row)
            _note(connection, row.id, 0, None)
            token = open_session(connection, row.id, now)
            subject = Subject("account", row.login, row.agency)
            entry = append(connection, now, row.login, "account.sign_in", subject, {})
        witness(entry)
        return token

    def confirm(self, login: str, password: str) -> None:
        """Makes sure that somebody signed in still knows the password; guesses count as at the way in.

        Raises:
            SignInRefused: It is not the account's, or there were too many guesses.
            Unavailable: The database does not answer.
        """
        row = self._proved(folded_login(login), password)
        with writing(self._engine) as connection:
            _require_same(connection, row)
            _note(connection, row.id, 0, None)

    def _proved(self, login: str, password: str) -> Row[*tuple[Any, ...]]:
        row, locks_until = self._counted(login)
        right = matches(password[: MOST + 1], row.password if row is not None else self._nobodys)
        if row is None or not right:
            log.warning("sign-in refused", extra={"account": row.id if row is not None else None})
            if row is not None and locks_until is not None:
                self._tell_lock(row, locks_until)
            raise SignInRefused()
        return row

    def _counted(self, login: str) -> tuple[Row[*tuple[Any, ...]] | None, datetime | None]:
        """The account, and until when this attempt locks it.

        The attempt counts as failed until it has worked: of many at once each counts.
        """
        now = self._clock.now()
        with writing(self._engine) as connection:
            found = select(account).where(account.c.login == login).with_for_update()
            row = connection.execute(found).first()
            if row is None or not row.active or (row.locked_until is not None and row.locked_until > now):
                return None, None
            forgotten = row.locked_until is not None and now - row.locked_until > _FORGOTTEN_AFTER
            failures = 1 if forgotten else row.failures + 1
            locks_until = _locked_until(failures, now)
            _note(connection, row.id, failures, locks_until)
        return row, locks_until

    def _tell_lock(self, row: Row[*tuple[Any, ...]], until: datetime) -> None:
        """In the audit log; who guessed is not known."""
        subject = Subject("account", row.login, row.agency)
        with changing(self._engine) as connection:
            details = {"until": until.isoformat()}
            entry = append(connection, self._clock.now(), NOBODY, "account.lock", subject, details)
        witness(entry)


def _require_same(connection: Connection, row: Row[*tuple[Any, ...]]) -> None:
    """Makes sure that the account is still the one whose password was looked at."""
    same = select(account.c.id).where(
        account.c.id == row.id, account.c.active, account.c.password == row.password
    )
    if connection.execute(same).first() is None:
        raise SignInRefused()


def _note(connection: Connection, number: int, failures: int, locked_until: datetime | None) -> None:
    noted = update(account).where(account.c.id == number)
    connection.execute(noted.values(failures=failures, locked_until=locked_until))


def _locked_until(failures: int, now: datetime) -> datetime | None:
    """After the free attempts a minute, and twice as long after each further one, up to an hour."""
    beyond = failures - FREE_ATTEMPTS
    if beyond < 0:
        return None
    doublings: int = 2 ** min(beyond, 10)
    return now + min(_FIRST_WAIT * doublings, _LONGEST_WAIT)
