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
from functools import cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    Date,
    String,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    update,
)

from core.database.rows import insert_into
from recommender.interactions.tables import interaction, interaction_source
from recommender.models import Interaction, InteractionType, Origin

# Of one citizen on one day: beyond it a program acts, and nothing of that day counts.
MOST_OF_CITIZEN: Final = 100
# Beyond so many of one citizen and day nothing more is kept.
MOST_KEPT: Final = 300
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


class Held(NamedTuple):
    """How much of a citizen's day is held, counted no further than needed: all, and all but views.

    Whoever looks at a page sees many cards: views teach nobody anything, and are no sign of a program.
    """

    kept: int
    told: int


def counted(connection: Connection, sender: Sender, events: Sequence[Interaction], held: Held) -> list[bool]:
    """Which of the events count, that are about to be kept; also takes back what turned out not to.

    Nobody else may keep anything of this citizen meanwhile.

    Args:
        held: As `held_on` has it.
    """
    if events[0].origin is Origin.AGENCY:
        return [True] * len(events)
    told = sum(one.type is not InteractionType.VIEW for one in events)
    if held.told + told > MOST_OF_CITIZEN:
        # Where a lock of the source is waited for, none of these rows may be held: so only one of the two.
        if held.told <= MOST_OF_CITIZEN:
            connection.execute(_taken_back(interaction.c.citizen == sender.citizen, sender.day))
        return [False] * len(events)
    if sender.source is None or not told:
        return [True] * len(events)
    if _is_newcomer(connection, sender) and _is_flooded(connection, sender, sender.source, told):
        return [False] * len(events)
    crowded = {item for item in {one.item_id for one in events} if _is_crowded(connection, sender, item)}
    return [one.item_id not in crowded for one in events]


def held_on(connection: Connection, citizen: str, day: date) -> Held:
    """How much is held of a citizen's day."""
    return Held(*connection.execute(_HELD, {"who": citizen, "day": day}).one())


def _is_newcomer(connection: Connection, sender: Sender) -> bool:
    return not connection.execute(_KNOWN, _of(sender)).scalar_one()


def _is_flooded(connection: Connection, sender: Sender, source: str, events: int) -> bool:
    """Counts a newcomer's events against the source; whether they are too many by now."""
    seen = connection.execute(_SEEN, {**_of(sender), "source": source}).first()
    counted = {"digest": source, "newcomers": 0 if seen else 1, "events": events, "began": sender.now}
    statement = _counting(connection.dialect.name)
    row = connection.execute(statement, {**counted, "flooded": False}).one()
    if row.flooded:
        return True
    if row.newcomers <= MOST_NEWCOMERS and row.events <= MOST_OF_NEWCOMERS:
        return False
    this = interaction_source.c.digest == source
    connection.execute(update(interaction_source).where(this).values(flooded=True))
    newcomer = and_(interaction.c.source == source, ~_known_before(interaction.c.citizen, sender.day))
    connection.execute(_taken_back(newcomer, sender.day))
    return True


def _is_crowded(connection: Connection, sender: Sender, item: int) -> bool:
    """Whether enough others of the source count for the item today."""
    others = connection.execute(_OTHERS, {**_of(sender), "source": sender.source, "item": item})
    return len(others.all()) >= MOST_FOR_ITEM


def _of(sender: Sender) -> dict[str, Any]:
    return {"who": sender.citizen, "day": sender.day}


def _known_before(citizen: Any, day: Any) -> Any:
    earlier = interaction.alias("earlier")
    return exists().where(
        earlier.c.citizen == citizen,
        earlier.c.day < day,
        earlier.c.counts,
        earlier.c.origin != Origin.CLIENT.value,
    )


# Put together once: that takes longer than the queries.
_WHO, _DAY = bindparam("who", type_=String), bindparam("day", type_=Date)
_SOURCE = bindparam("source", type_=String)
_OWN = select(literal(1)).where(interaction.c.citizen == _WHO, interaction.c.day == _DAY)
_FIRST = _OWN.add_columns(interaction.c.type).limit(MOST_KEPT).subquery()
_HELD = select(func.count(), func.count().filter(_FIRST.c.type != InteractionType.VIEW.value))
_SEEN = _OWN.where(interaction.c.source == _SOURCE).limit(1)
_KNOWN = select(_known_before(_WHO, _DAY))
_OTHERS = (
    select(interaction.c.citizen)
    .where(
        interaction.c.source == _SOURCE,
        interaction.c.item_id == bindparam("item"),
        interaction.c.counts,
        interaction.c.citizen != _WHO,
    )
    .distinct()
    .limit(MOST_FOR_ITEM)
)


@cache
def _counting(dialect: str) -> Any:
    table = interaction_source
    first = insert_into(dialect, table)
    more = {name: table.c[name] + first.excluded[name] for name in ("newcomers", "events")}
    return first.on_conflict_do_update(index_elements=["digest"], set_=more).returning(
        table.c.newcomers, table.c.events, table.c.flooded
    )


def _taken_back(whose: Any, day: date) -> Update:
    kept = (interaction.c.day == day, interaction.c.counts, interaction.c.origin != Origin.AGENCY.value)
    return update(interaction).where(whose, *kept).values(counts=False)
