"""Signing in: with a password and, where it is on, a code; slowed down where somebody guesses."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from core.catalogue.revision import changing
from core.clock import Clock
from core.commands import Subject
from core.database.engine import reading, writing
from core.errors import WeizhengError
from staff.accounts import folded_login
from staff.audit import Entry, append, witness
from staff.passwords import MOST, hashed, matches
from staff.second_factor.factors import Proof, find_factor, take
from staff.second_factor.halves import account_of_half, end_halves, open_half
from staff.second_factor.sealing import SecretBox
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


class CodeRefused(SignInRefused):
    """No session: the password was right, and the code is not."""

    public_message = "验证码不正确或者已经用过，或者账号已停用、暂时锁定。"


class HalfSessionOver(WeizhengError):
    """It is too long ago that the password was shown, or it was another one."""

    code = "half_session_over"
    public_message = "登录已超时，请重新输入密码。"


@dataclass(frozen=True)
class Passed:
    """The password is right.

    Attributes:
        token: Of a new session; where a code is needed, of half a session, which lets nobody see anything.
    """

    token: str
    code_needed: bool = False


@dataclass(frozen=True)
class _Attempt:
    """One that counts as failed so far: the account, and until when it locks it."""

    row: Row[*tuple[Any, ...]]
    locks_until: datetime | None


class SigningIn:
    """Opens sessions; blocks, and takes the time of a password check whether or not there is an account.

    Args:
        engine: Database.
        clock: The time.
        box: Opens the secrets of second factors.
    """

    def __init__(self, engine: Engine, clock: Clock, box: SecretBox) -> None:
        self._engine = engine
        self._clock = clock
        self._box = box
        self._nobodys = hashed("nobody has this password")

    def sign_in(self, login: str, password: str) -> Passed:
        """A new session, or half of one where the account has a second factor.

        Raises:
            SignInRefused: The password is not the account's, or it may not sign in now.
            Unavailable: The database does not answer.
        """
        attempt = self._proved(folded_login(login), password)
        with changing(self._engine) as connection:
            _require_same(connection, attempt.row)
            if find_factor(connection, attempt.row.id) is not None:
                _take_back(connection, attempt)
                return Passed(open_half(connection, attempt.row.id, self._clock.now()), code_needed=True)
            token, entry = self._enter(connection, attempt.row, {})
        witness(entry)
        return Passed(token)

    def awaits_code(self, half: str) -> bool:
        """Whether there is half a session of this token."""
        with reading(self._engine) as connection:
            return account_of_half(connection, half, self._clock.now()) is not None

    def finish(self, half: str, code: str) -> str:
        """The token of a new session, in the place of half a session.

        Args:
            code: Of the app, or a recovery code.

        Raises:
            HalfSessionOver: There is none of this token.
            CodeRefused: It is no code, it was used, or there were too many guesses.
            Unavailable: The database does not answer.
        """
        with reading(self._engine) as connection:
            row = account_of_half(connection, half, self._clock.now())
        if row is None:
            raise HalfSessionOver()
        attempt = self._attempt(row.login, CodeRefused)
        with changing(self._engine) as connection:
            if account_of_half(connection, half, self._clock.now()) is None:
                raise HalfSessionOver()
            proof = self._take(connection, attempt.row, code)
            if proof is not None:
                end_halves(connection, attempt.row.id)
                token, entry = self._enter(connection, attempt.row, {"second_factor": proof})
        if proof is None:
            raise self._refusal(attempt, CodeRefused)
        witness(entry)
        return token

    def confirm(self, login: str, password: str) -> None:
        """Makes sure that somebody signed in still knows the password; guesses count as at the way in.

        Raises:
            SignInRefused: It is not the account's, or there were too many guesses.
            Unavailable: The database does not answer.
        """
        attempt = self._proved(login, password)
        with writing(self._engine) as connection:
            _require_same(connection, attempt.row)
            if find_factor(connection, attempt.row.id) is not None:
                _take_back(connection, attempt)
            else:
                _note(connection, attempt.row.id, 0, None)

    def confirm_both(self, login: str, password: str, code: str) -> None:
        """The same with a code besides, which is used up.

        Raises:
            SignInRefused: One of the two is not right, or there were too many guesses.
            Unavailable: The database does not answer.
        """
        attempt = self._proved(login, password)
        with writing(self._engine) as connection:
            proof = self._take(connection, attempt.row, code)
            if proof is not None:
                _note(connection, attempt.row.id, 0, None)
        if proof is None:
            raise self._refusal(attempt, CodeRefused)

    def _enter(
        self, connection: Connection, row: Row[*tuple[Any, ...]], details: Mapping[str, Any]
    ) -> tuple[str, Entry]:
        now = self._clock.now()
        _note(connection, row.id, 0, None)
        token = open_session(connection, row.id, now)
        subject = Subject("account", row.login, row.agency)
        return token, append(connection, now, row.login, "account.sign_in", subject, details)

    def _take(self, connection: Connection, row: Row[*tuple[Any, ...]], code: str) -> Proof | None:
        _require_same(connection, row)
        return take(connection, self._box, row.id, code, self._clock.now())

    def _proved(self, login: str, password: str) -> _Attempt:
        row, locks_until = self._counted(login)
        right = matches(password[: MOST + 1], row.password if row is not None else self._nobodys)
        if row is None:
            log.warning("sign-in refused", extra={"account": None})
            raise SignInRefused()
        attempt = _Attempt(row, locks_until)
        if not right:
            raise self._refusal(attempt, SignInRefused)
        return attempt

    def _attempt(self, login: str, refused: type[SignInRefused]) -> _Attempt:
        row, locks_until = self._counted(login)
        if row is None:
            raise refused()
        return _Attempt(row, locks_until)

    def _refusal(self, attempt: _Attempt, refused: type[SignInRefused]) -> SignInRefused:
        log.warning("sign-in refused", extra={"account": attempt.row.id})
        if attempt.locks_until is not None:
            self._tell_lock(attempt.row, attempt.locks_until)
        return refused()

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


def _take_back(connection: Connection, attempt: _Attempt) -> None:
    """The password was right: no failure, but those before go on counting until a code is right too.

    Else whoever has the password could show it again after every few guesses of the code.
    """
    of_account = select(account).where(account.c.id == attempt.row.id).with_for_update()
    now = connection.execute(of_account).one()
    own = now.locked_until == attempt.locks_until
    locked_until = attempt.row.locked_until if own else now.locked_until
    _note(connection, attempt.row.id, max(0, now.failures - 1), locked_until)


def _locked_until(failures: int, now: datetime) -> datetime | None:
    """After the free attempts a minute, and twice as long after each further one, up to an hour."""
    beyond = failures - FREE_ATTEMPTS
    if beyond < 0:
        return None
    doublings: int = 2 ** min(beyond, 10)
    return now + min(_FIRST_WAIT * doublings, _LONGEST_WAIT)
