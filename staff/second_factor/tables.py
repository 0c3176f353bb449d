"""SQL tables of the second factor. No row holds a secret, a code or a token as it is typed or sent."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from core.database.metadata import metadata
from core.database.types import UtcDateTime


def _account(*, primary_key: bool = False) -> Column[int]:
    key = ForeignKey("account.id", ondelete="CASCADE")
    return Column("account", Integer, key, primary_key=primary_key, nullable=False, index=not primary_key)


# `sealed` is the secret under the installation's key. Until it is confirmed it counts for nothing, and only
# the session that began it sees it. `last_step` is the time step of the last code that was used.
second_factor = Table(
    "second_factor",
    metadata,
    _account(primary_key=True),
    Column("sealed", String(200), nullable=False),
    Column("session", String(64), nullable=False),
    Column("begun", UtcDateTime, nullable=False),
    Column("confirmed", UtcDateTime),
    Column("last_step", Integer, nullable=False),
)

# One that is used is deleted.
recovery_code = Table(
    "recovery_code",
    metadata,
    _account(primary_key=True),
    Column("digest", String(64), primary_key=True),
)

# Who has shown the password, and no code yet. A table of its own: what looks for a session finds none here.
half_session = Table(
    "half_session",
    metadata,
    Column("digest", String(64), primary_key=True),
    _account(),
    Column("created", UtcDateTime, nullable=False, index=True),
)
