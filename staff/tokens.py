"""Tokens of the agencies' programs: which there are, whose one is, and who acts with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, func, select, update

from core.clock import Clock
from core.commands import Denied
from core.database.engine import reading, writing
from core.errors import NotFound
from staff.actors import TokenActor
from staff.roles import Rights, Role
from staff.token_tables import agency_token

# So that a scanner of source code knows one that was left in it.
PREFIX: Final = "wz_"
LONGEST: Final = 100


@dataclass(frozen=True)
class Token:
    """A token, without itself.

    Attributes:
        agency: External id.
        expires: The last day on which it is good.
        last_used: The last day on which it was used; no finer.
    """

    id: int
    name: str
    agency: str
    roles: frozenset[Role]
    expires: date
    created: datetime
    creator: str
    revoked: datetime | None
    last_used: date | None

    def is_good(self, today: date) -> bool:
        """Whether it lets anybody in."""
        return self.revoked is None and today <= self.expires

    @property
    def actor(self) -> TokenActor:
        """Who acts with it."""
        return TokenActor(self.id, f"token:{self.name}", Rights(self.roles, self.agency))


class Tokens:
    """Finds out whose a token is; methods block.

    Args:
        engine: Database.
        clock: The time.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def find(self, secret: str) -> Token | None:
        """The token that was sent; None where there is none, or it is good no more.

        It is looked up by its digest: how long that takes tells nothing of a token.
        """
        today = self._clock.today()
        with reading(self._engine) as connection:
            sent = agency_token.c.digest == digest_of(secret)
            row = connection.execute(select(agency_token).where(sent)).first()
        token = _token(row) if row is not None else None
        if token is None or not token.is_good(today):
            return None
        if token.last_used != today:
            self._note_use(token.id, today)
        return token

    def _note_use(self, number: int, today: date) -> None:
        with writing(self._engine) as connection:
            used = update(agency_token).where(agency_token.c.id == number)
            connection.execute(used.values(last_used=today))


def new_secret() -> str:
    """A token that nobody can guess: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a token. It is as long as its digest, so that a slow hash would add nothing."""
    return sha256(secret.encode()).hexdigest()


def token_actor_now(connection: Connection, actor: TokenActor, today: date) -> TokenActor:
    """Who acts, with the rights of this moment.

    Raises:
        Denied: The token has been revoked, or its time is over.
    """
    row = connection.execute(select(agency_token).where(agency_token.c.id == actor.token_id)).first()
    token = _token(row) if row is not None else None
    if token is None or not token.is_good(today):
        raise Denied(f"{actor.login} is good no more")
    return token.actor


def token_by_name(connection: Connection, name: str) -> Token:
    """The token of this name.

    Raises:
        NotFound: There is none.
    """
    row = connection.execute(select(agency_token).where(agency_token.c.name == name)).first()
    if row is None:
        raise NotFound("no such token", public_message="没有这个令牌。")
    return _token(row)


def listed_tokens(
    connection: Connection, *, agency: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[Token], int]:
    """Tokens, the newest first, and how many there are in all.

    Args:
        agency: Only those of this agency; None is all.
    """
    wanted = [agency_token.c.agency == agency] if agency is not None else []
    total = connection.execute(select(func.count()).select_from(agency_token).where(*wanted)).scalar_one()
    page = select(agency_token).where(*wanted).order_by(agency_token.c.id.desc())
    return [_token(row) for row in connection.execute(page.limit(limit).offset(offset))], total


def _token(row: Row[*tuple[Any, ...]]) -> Token:
    told = row._asdict()
    del told["digest"]
    return Token(**{**told, "roles": frozenset(map(Role, row.roles))})
