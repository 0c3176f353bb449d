"""What of the interactions others may learn from: nothing of what programs send, little from one address.

A cookie costs nothing, so that whoever wants an item to look popular can be as many citizens as they like.
Addresses are dearer. From one address and day at most `MOST_FOR_ITEM` citizens count for an item; and where
more newcomers come from it than people do, or more of what newcomers send, then nothing of any newcomer of
that day, also what came before. A newcomer is who has not asked us anything, nor had anything reported by an
agency, that counted on an earlier day: cookies do not ripen by clicking.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Update, and_, exists, func, literal, select, update

from core.database.rows import insert_for
from recommender.interactions.tables import interaction, interaction_source
from recommender.models import Interaction, Origin

# Of one citizen on one day: beyond it a program acts, and nothing of that day counts.
MOST_OF_CITIZEN: Final = 100
MOST_NEWCOMERS: Final = 30
MOST_OF_NEWCOMERS: Final = 200
MOST_FOR_ITEM: Final = 3


def source_key(secret: str) -> bytes:
    """The key of the digests, from a secret of the installation."""
    return hmac.digest(secret.encode(), b"weizheng.interactions", "sha256")


def source_of(key: bytes, address: str, day: date) -> str:
    """What an address is called on one day: the next day nobody can tell that it is the same."""
    return hmac.new(key, f"{day.isoformat()} {address}".encode(), sha256).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends from where.

    Attributes:
        source: Digest of address and day; None where no address is behind it.
        day: The city's day.
    """

    citizen: str
    source: str | None
    day: date
    now: datetime


def counted(connection: Connection, sender: Sender, events: Sequence[Interaction]) -> list[bool]:
    """Which of the events count, that are about to be kept; also takes back what turned out not to.

    Nobody else may keep anything of this citizen meanwhile.
    """
    if events[0].origin is Origin.AGENCY:
        return [True] * len(events)
    held = _held_today(connection, sender)
    if held + len(events) > MOST_OF_CITIZEN:
        # Where a lock of the source is waited for, none of these rows may be held: so only one of the two.
        if held <= MOST_OF_CITIZEN:
            connection.execute(_taken_back(interaction.c.citizen == sender.citizen, sender.day))
        return [False] * len(events)
    if sender.source is None:
        return [True] * len(events)
    if _is_newcomer(connection, sender) and _is_flooded(connection, sender, sender.source, len(events)):
        return [False] * len(events)
    crowded = {item for item in {one.item_id for one in events} if _is_crowded(connection, sender, item)}
    return [one.item_id not in crowded for one in events]


def _held_today(connection: Connection, sender: Sender) -> int:
    """How much is held of the citizen's day, counted no further than needed."""
    own = select(literal(1)).where(interaction.c.citizen == sender.citizen, interaction.c.day == sender.day)
    some = own.limit(MOST_OF_CITIZEN + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _is_newcomer(connection: Connection, sender: Sender) -> bool:
    known = select(_known_before(sender.citizen, sender.day))
    return not connection.execute(known).scalar_one()


def _known_before(citizen: Any, day: date) -> Any:
    earlier = interaction.alias("earlier")
    return exists().where(
        earlier.c.citizen == citizen,
        earlier.c.day < day,
        earlier.c.counts,
        earlier.c.origin != Origin.CLIENT.value,
    )


def _is_flooded(connection: Connection, sender: Sender, source: str, events: int) -> bool:
    """Counts a newcomer's events against the source; whether they are too many by now."""
    own = (interaction.c.citizen == sender.citizen, interaction.c.day == sender.day)
    seen = connection.execute(select(literal(1)).where(*own, interaction.c.source == source).limit(1)).first()
    newcomers = 0 if seen else 1
    row = connection.execute(_count_of(connection, sender, source, newcomers, events)).one()
    if row.flooded:
        return True
    if row.newcomers <= MOST_NEWCOMERS and row.events <= MOST_OF_NEWCOMERS:
        return False
    this = interaction_source.c.digest == source
    connection.execute(update(interaction_source).where(this).values(flooded=True))
    newcomer = and_(interaction.c.source == source, ~_known_before(interaction.c.citizen, sender.day))
    connection.execute(_taken_back(newcomer, sender.day))
    return True


def _count_of(connection: Connection, sender: Sender, source: str, newcomers: int, events: int) -> Any:
    table = interaction_source
    first = insert_for(connection, table).values(
        digest=source, newcomers=newcomers, events=events, flooded=False, began=sender.now
    )
    more = {
        "newcomers": table.c.newcomers + first.excluded.newcomers,
        "events": table.c.events + first.excluded.events,
    }
    return first.on_conflict_do_update(index_elements=["digest"], set_=more).returning(
        table.c.newcomers, table.c.events, table.c.flooded
    )


def _is_crowded(connection: Connection, sender: Sender, item: int) -> bool:
    """Whether enough others of the source count for the item today."""
    others = (
        select(interaction.c.citizen)
        .where(
            interaction.c.source == sender.source,
            interaction.c.item_id == item,
            interaction.c.counts,
            interaction.c.citizen != sender.citizen,
        )
        .distinct()
        .limit(MOST_FOR_ITEM)
    )
    return len(connection.execute(others).all()) >= MOST_FOR_ITEM


def _taken_back(whose: Any, day: date) -> Update:
    kept = (interaction.c.day == day, interaction.c.counts, interaction.c.origin != Origin.AGENCY.value)
    return update(interaction).where(whose, *kept).values(counts=False)
