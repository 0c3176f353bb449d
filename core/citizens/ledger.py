"""The ledger of erasures: digests of ids, so that an older backup brings back nobody who was erased."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from core.citizens.tables import answer_log, citizen, conversation, erased, erasure
from core.database.rows import put

# Longer than anything about a citizen lives, so that older backups hold nothing that could come back.
LEDGER_DAYS = 400


def digest(citizen_id: str) -> str:
    """What the ledger knows of an erased citizen."""
    return sha256(citizen_id.encode()).hexdigest()


def enter(connection: Connection, citizen_id: str, at: datetime) -> None:
    """Notes an erasure."""
    put(connection, erased, "digest", digest=digest(citizen_id), at=at)


def entries(connection: Connection) -> set[str]:
    """Digests of everybody whose data were erased, or are to be."""
    pending = connection.execute(select(erasure.c.citizen)).scalars()
    return {*connection.execute(select(erased.c.digest)).scalars(), *map(digest, pending)}


def known_among(connection: Connection, digests: Iterable[str]) -> list[str]:
    """Ids of those citizens that something is stored about and that these digests are of."""
    wanted = set(digests)
    columns = (conversation.c.id, citizen.c.id, answer_log.c.citizen)
    found = {one for column in columns for one in connection.execute(select(column).distinct()).scalars()}
    return sorted(one for one in found if one and digest(one) in wanted)
