"""The second factors of an installation in SQL: begun, confirmed, used, taken away."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from staff.second_factor.codes import accepted_step
from staff.second_factor.recovery import digest_of
from staff.second_factor.sealing import SecretBox, Unreadable
from staff.second_factor.tables import recovery_code, second_factor

log = logging.getLogger(__name__)
# So long a secret that was begun is shown and waits for its first code.
SETTING_UP: Final = timedelta(minutes=15)


class Proof(StrEnum):
    """With what somebody has shown their second factor."""

    CODE = "code"
    RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True)
class Factor:
    """A second factor that is on: since when, and how many recovery codes are left."""

    since: datetime
    codes_left: int


def find_factor(connection: Connection, account_id: int) -> Factor | None:
    """An account's second factor; None where it is not on."""
    of_account = second_factor.c.account == account_id
    since = connection.execute(select(second_factor.c.confirmed).where(of_account)).scalar()
    if since is None:
        return None
    left = select(func.count()).select_from(recovery_code).where(recovery_code.c.account == account_id)
    return Factor(since, connection.execute(left).scalar_one())


def begin(connection: Connection, account_id: int, sealed: str, session: str, now: datetime) -> None:
    """Keeps a secret that is not confirmed yet, in the place of any that was begun before."""
    connection.execute(
        delete(second_factor).where(
            second_factor.c.account == account_id, second_factor.c.confirmed.is_(None)
        )
    )
    connection.execute(
        insert(second_factor).values(
            account=account_id, sealed=sealed, session=session, begun=now, last_step=0
        )
    )


def begun_secret(
    connection: Connection, box: SecretBox, account_id: int, session: str, now: datetime
) -> str | None:
    """The secret that this session has begun a short time ago; None where there is none that can be read."""
    begun = select(second_factor.c.sealed).where(
        second_factor.c.account == account_id,
        second_factor.c.confirmed.is_(None),
        second_factor.c.session == session,
        second_factor.c.begun > now - SETTING_UP,
    )
    sealed = connection.execute(begun).scalar()
    return _opened(box, account_id, sealed) if sealed is not None else None


def confirm(connection: Connection, account_id: int, step: int, now: datetime) -> None:
    """Turns on what was begun; its first code is used with that."""
    begun = update(second_factor).where(second_factor.c.account == account_id)
    connection.execute(begun.values(confirmed=now, last_step=step, session=""))


def put_codes(connection: Connection, account_id: int, codes: list[str]) -> None:
    """Recovery codes in the place of those before."""
    connection.execute(delete(recovery_code).where(recovery_code.c.account == account_id))
    rows = [{"account": account_id, "digest": digest_of(account_id, code)} for code in codes]
    connection.execute(insert(recovery_code), rows)


def take(connection: Connection, box: SecretBox, account_id: int, typed: str, now: datetime) -> Proof | None:
    """Uses a code or a recovery code up; None where it is neither, or was used before.

    Either is compared and used up in one statement: of two at once the database lets one have it.
    """
    on = select(second_factor.c.sealed).where(
        second_factor.c.account == account_id, second_factor.c.confirmed.is_not(None)
    )
    sealed = connection.execute(on).scalar()
    if sealed is None:
        return None
    if _take_step(connection, account_id, _step(box, account_id, sealed, typed, now)):
        return Proof.CODE
    code = delete(recovery_code).where(
        recovery_code.c.account == account_id, recovery_code.c.digest == digest_of(account_id, typed)
    )
    return Proof.RECOVERY_CODE if connection.execute(code).rowcount else None


def remove(connection: Connection, account_id: int) -> bool:
    """Takes an account's second factor away, begun or on; whether there was one."""
    connection.execute(delete(recovery_code).where(recovery_code.c.account == account_id))
    removed = delete(second_factor).where(second_factor.c.account == account_id)
    return bool(connection.execute(removed).rowcount)


def seal_again(connection: Connection, box: SecretBox) -> int:
    """Seals every secret under the newest key; how many. One that nobody can read stays as it is."""
    sealed_again = 0
    for row in connection.execute(select(second_factor.c.account, second_factor.c.sealed)).all():
        secret = _opened(box, row.account, row.sealed)
        if secret is not None:
            of_account = update(second_factor).where(second_factor.c.account == row.account)
            connection.execute(of_account.values(sealed=box.seal(row.account, secret)))
            sealed_again += 1
    return sealed_again


def _step(box: SecretBox, account_id: int, sealed: str, typed: str, now: datetime) -> int | None:
    secret = _opened(box, account_id, sealed)
    return accepted_step(secret, typed, now) if secret is not None else None


def _take_step(connection: Connection, account_id: int, step: int | None) -> bool:
    if step is None:
        return False
    # Not an older one either: whoever looked over a shoulder may still have it.
    newer = update(second_factor).where(
        second_factor.c.account == account_id, second_factor.c.last_step < step
    )
    return bool(connection.execute(newer.values(last_step=step)).rowcount)


def _opened(box: SecretBox, account_id: int, sealed: str) -> str | None:
    try:
        return box.open(account_id, sealed)
    except Unreadable:
        # Such as after a restore without its keys: recovery codes still let their owner in.
        log.error("second factor unreadable", extra={"account": account_id})
        return None
