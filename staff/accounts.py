"""Reads of accounts, and who acts with which rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select

from core.errors import NotFound
from core.text.normalise import fold
from staff.actors import AccountActor
from staff.roles import Rights, Role
from staff.second_factor.tables import second_factor
from staff.tables import account, delegation


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in; `agency` is an external id, None is all agencies.

    Attributes:
        second_factor: Whether signing in takes a code besides the password.
    """

    id: int
    login: str
    name: str
    agency: str | None
    roles: frozenset[Role]
    active: bool
    locked_until: datetime | None
    created: datetime
    second_factor: bool

    @property
    def rights(self) -> Rights:
        """The account's own rights."""
        return Rights(self.roles, self.agency)


@dataclass(frozen=True)
class Delegation:
    """Somebody's rights lent to somebody else, from the first day to the last."""

    id: int
    giver: str
    taker: str
    first_day: date
    last_day: date


def folded_login(login: str) -> str:
    """A login as it is kept and compared."""
    return fold(login.strip())


def by_login(connection: Connection, login: str) -> Account:
    """The account of this login.

    Raises:
        NotFound: There is none.
    """
    row = connection.execute(_accounts().where(account.c.login == folded_login(login))).first()
    if row is None:
        raise NotFound("no such account", public_message="没有这个账号。")
    return _account(row)


def by_id(connection: Connection, number: int) -> Account | None:
    """The account of this number."""
    row = connection.execute(_accounts().where(account.c.id == number)).first()
    return _account(row) if row is not None else None


def listed(
    connection: Connection, q: str = "", agency: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[Account], int]:
    """Accounts by login, and how many there are in all.

    Args:
        q: Part of the login or of the name.
        agency: Only those of this agency; None is all.
    """
    conditions: list[ColumnElement[bool]] = []
    if q.strip():
        part = q.strip()
        conditions.append(
            or_(
                account.c.login.contains(fold(part), autoescape=True),
                account.c.name.contains(part, autoescape=True),
            )
        )
    if agency is not None:
        conditions.append(account.c.agency == agency)
    total = connection.execute(select(func.count()).select_from(account).where(*conditions)).scalar_one()
    page = _accounts().where(*conditions).order_by(account.c.login).limit(limit).offset(offset)
    return [_account(row) for row in connection.execute(page)], total


def actor_of(connection: Connection, one: Account, today: date, session: str = "") -> AccountActor:
    """The account with the rights that it has today: its own, and those of whom it stands in for.

    Args:
        session: Digest of the session that it acts in.
    """
    lent = (
        _accounts()
        .join(delegation, delegation.c.giver == account.c.id)
        .where(
            delegation.c.taker == one.id,
            delegation.c.first_day <= today,
            delegation.c.last_day >= today,
            account.c.active,
            account.c.agency.is_not_distinct_from(one.agency),
        )
        .order_by(delegation.c.id)
    )
    others = tuple(replace(_account(row).rights, lent=True) for row in connection.execute(lent))
    return AccountActor(one.id, one.login, (one.rights, *others), session)


def delegations_of(connection: Connection, number: int, today: date) -> list[Delegation]:
    """What the account has lent or borrowed that is not over yet, the earliest first."""
    giver, taker = account.alias("giver"), account.alias("taker")
    found = (
        select(delegation, giver.c.login.label("giver_login"), taker.c.login.label("taker_login"))
        .join(giver, giver.c.id == delegation.c.giver)
        .join(taker, taker.c.id == delegation.c.taker)
        .where(
            or_(delegation.c.giver == number, delegation.c.taker == number), delegation.c.last_day >= today
        )
        .order_by(delegation.c.first_day, delegation.c.id)
    )
    return [
        Delegation(row.id, row.giver_login, row.taker_login, row.first_day, row.last_day)
        for row in connection.execute(found)
    ]


def whole_administrators(connection: Connection) -> Sequence[int]:
    """Numbers of the active administrators who are bound to no agency."""
    rows = connection.execute(_accounts().where(account.c.active, account.c.agency.is_(None)))
    return [one.id for one in map(_account, rows) if Role.ADMINISTRATOR in one.roles]


def _accounts() -> Select[*tuple[Any, ...]]:
    on = exists().where(second_factor.c.account == account.c.id, second_factor.c.confirmed.is_not(None))
    return select(account, on.label("second_factor"))


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        agency=row.agency,
        roles=frozenset(map(Role, row.roles)),
        active=row.active,
        locked_until=row.locked_until,
        created=row.created,
        second_factor=row.second_factor,
    )
