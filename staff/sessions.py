"""Sessions of who has signed in: known by a token that only the browser holds, ended at any moment."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, Engine, delete, insert, select, update

from core.clock import Clock
from core.commands import Actor, Denied, Permission
from core.database.engine import reading, writing
from staff.accounts import Account, actor_of, by_id
from staff.actors import AccountActor, TokenActor
from staff.second_factor.halves import end_halves, forget_old_halves
from staff.tables import staff_session
from staff.tokens import token_actor_now

# Written at most so often: each page would write else.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SessionRules:
    """How long a session lives: after the last page, and in all."""

    idle: timedelta = timedelta(minutes=30)
    whole: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class Session:
    """Somebody signed in, at this moment.

    Attributes:
        form_token: What each form of the session has to hold.
    """

    account: Account
    actor: AccountActor
    form_token: str

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether there is anything that they may do this to."""
        return any(self.actor.may(permission, one.agency) for one in self.actor.rights)


class Sessions:
    """The sessions of one installation; methods block.

    Args:
        engine: Database.
        clock: The time.
        rules: How long they live.
    """

    def __init__(self, engine: Engine, clock: Clock, rules: SessionRules | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._rules = rules or SessionRules()

    def find(self, token: str) -> Session | None:
        """The session of a token: None where it is over, or the account is not active any more."""
        now = self._clock.now()
        with reading(self._engine) as connection:
            found = select(staff_session).where(staff_session.c.digest == _digest(token))
            row = connection.execute(found).first()
            if row is None or not self._lives(row.created, row.last_seen, now):
                return None
            one = by_id(connection, row.account)
            if one is None or not one.active:
                return None
            actor = actor_of(connection, one, self._clock.today(), row.digest)
            session = Session(one, actor, row.form_token)
        if now - row.last_seen > _SEEN_EVERY:
            self._see(row.digest, now)
        return session

    def end(self, token: str) -> None:
        """Signs out."""
        with writing(self._engine) as connection:
            connection.execute(delete(staff_session).where(staff_session.c.digest == _digest(token)))

    def forget_old(self) -> int:
        """Drops those that are over; how many."""
        now = self._clock.now()
        over = (staff_session.c.last_seen < now - self._rules.idle) | (
            staff_session.c.created < now - self._rules.whole
        )
        with writing(self._engine) as connection:
            forget_old_halves(connection, now)
            return int(connection.execute(delete(staff_session).where(over)).rowcount)

    def _lives(self, created: datetime, last_seen: datetime, now: datetime) -> bool:
        return now - last_seen <= self._rules.idle and now - created <= self._rules.whole

    def _see(self, digest: str, now: datetime) -> None:
        with writing(self._engine) as connection:
            seen = update(staff_session).where(staff_session.c.digest == digest)
            connection.execute(seen.values(last_seen=now))


def actor_now(connection: Connection, actor: Actor, today: date) -> Actor:
    """Who acts, with the rights of this moment.

    Raises:
        Denied: The account is not active any more, its session has ended, or the token is good no more.
    """
    if isinstance(actor, TokenActor):
        return token_actor_now(connection, actor, today)
    if not isinstance(actor, AccountActor):
        return actor
    one = by_id(connection, actor.account_id)
    of_session = select(staff_session.c.account).where(staff_session.c.digest == actor.session)
    ended = actor.session and connection.execute(of_session).scalar() != actor.account_id
    if one is None or not one.active or ended:
        raise Denied(f"{actor.login} is signed in no more")
    return actor_of(connection, one, today, actor.session)


def open_session(connection: Connection, account_id: int, now: datetime) -> str:
    """Begins a session; its token, which nobody can guess and which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(staff_session).values(
            digest=_digest(token),
            account=account_id,
            form_token=secrets.token_urlsafe(32),
            created=now,
            last_seen=now,
        )
    )
    return token


def end_all(connection: Connection, account_id: int) -> None:
    """Ends every session of an account, and those that still lack a code."""
    end_others(connection, account_id, "")


def end_others(connection: Connection, account_id: int, kept: str) -> None:
    """Ends every session of an account but the one of this digest."""
    others = staff_session.c.account == account_id, staff_session.c.digest != kept
    connection.execute(delete(staff_session).where(*others))
    end_halves(connection, account_id)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
