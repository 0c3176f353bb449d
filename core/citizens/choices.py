"""Choices that were offered: opaque tokens, good in one conversation and for some time only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import Engine, select

from core.answering import Aspect
from core.citizens.deeds import Deed, read_deed
from core.citizens.tables import choice_token
from core.citizens.wishes import Wish
from core.clock import Clock
from core.database.engine import reading

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class OfferedChoice:
    """What stands behind a button.

    Attributes:
        region: Picking it also tells the citizen's district.
        wish: It asks nothing, but is about subscribing. An agency or a theme that is ended has the target 0,
            and is known by its title.
        deed: It asks nothing, but is about recommendations.
    """

    token: str
    title: str
    target_kind: Literal["item", "document"]
    target_id: int
    aspect: Aspect | None = None
    region: str | None = None
    wish: Wish | None = None
    deed: Deed | None = None

    @property
    def purpose(self) -> str | None:
        """What of the target is asked for or what is to be done, as it is kept."""
        return str(self.deed) if self.deed else self.wish or self.aspect


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(18)


class Choices:
    """Finds what a citizen picked."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def find(self, conversation_id: str, token: str) -> OfferedChoice | None:
        """The choice, or None if it is unknown, expired or another conversation's."""
        query = select(choice_token).where(
            choice_token.c.token == token,
            choice_token.c.conversation == conversation_id,
            choice_token.c.expires > self._clock.now(),
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        aspect, wish, deed = _purpose(row.aspect)
        return OfferedChoice(
            row.token, row.title, row.target_kind, row.target_id, aspect, row.region, wish, deed
        )


def _purpose(kept: str | None) -> tuple[Aspect | None, Wish | None, Deed | None]:
    """The counterpart of `purpose`: the name of a wish has a point, a deed three."""
    match kept.count(".") if kept else None:
        case None:
            return None, None, None
        case 0:
            return Aspect(str(kept)), None, None
        case 1:
            return None, Wish(str(kept)), None
        case _:
            return None, None, read_deed(str(kept))
