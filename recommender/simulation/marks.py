"""By what made-up citizens are told from real ones, in every table."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, exists, func, not_, select

from core.citizens.tables import citizen, consent

PREFIX: Final = "sim-"
CHANNEL: Final = "simulated"
# Both: an id alone might be another's.
MADE_UP: Final = citizen.c.id.startswith(PREFIX, autoescape=True) & exists().where(
    consent.c.citizen == citizen.c.id, consent.c.channel == CHANNEL
)


def made_up_citizens(connection: Connection) -> int:
    """How many there are."""
    return int(connection.execute(select(func.count()).select_from(citizen).where(MADE_UP)).scalar_one())


def has_real_citizens(connection: Connection) -> bool:
    """Whether anybody is there who is not made up."""
    return bool(connection.execute(select(exists().where(not_(MADE_UP)))).scalar_one())
