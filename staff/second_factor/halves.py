"""Half a session: whoever has shown the password, and may now type a code, and nothing else."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select

from staff.second_factor.tables import half_session
from staff.tables import account

LIFE: Final = timedelta(minutes=5)


def open_half(connection: Connection, account_id: int, now: datetime) -> str:
    """Begins one; its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    row = {"digest": _digest(token), "account": account_id, "created": now}
    connection.execute(insert(half_session).values(**row))
    return token


def account_of_half(connection: Connection, token: str, now: datetime) -> Row[*tuple[Any, ...]] | None:
    """The account that has begun it; None where it is over."""
    found = (
        select(account)
        .join(half_session, half_session.c.account == account.c.id)
        .where(half_session.c.digest == _digest(token), half_session.c.created >= now - LIFE)
    )
    return connection.execute(found).first()


def end_halves(connection: Connection, account_id: int) -> None:
    """Ends every one of an account."""
    connection.execute(delete(half_session).where(half_session.c.account == account_id))


def forget_old_halves(connection: Connection, now: datetime) -> None:
    """Drops those that are over."""
    connection.execute(delete(half_session).where(half_session.c.created < now - LIFE))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
