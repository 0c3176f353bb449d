"""Keeps interactions, each once and before it is acknowledged: linked to who agreed, else as a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, func, insert, select

from core.catalogue.tables import region
from core.citizens.consents import Purpose, agreed
from core.citizens.conversations import note_citizen
from core.citizens.tables import conversation
from core.clock import Clock
from core.database.engine import writing
from core.database.rows import insert_into, insert_missing
from core.errors import BadInput, NotFound
from recommender.interactions.guard import MOST_KEPT, Held, Sender, counted, held_on, source_key, source_of
from recommender.interactions.items import KnownItem, published
from recommender.interactions.rules import checked
from recommender.interactions.tables import interaction, interaction_count
from recommender.models import SPEAKING, Interaction, InteractionType, Origin, Scope
from recommender.profile.tables import dismissal

MOST_AT_ONCE: Final = 20
MOST_DISMISSALS: Final = 200
_NEW = insert(interaction)
# Only a district that there is: otherwise whoever makes up codes fills the counts.
_DISTRICT = (
    select(conversation.c.region)
    .join(region, region.c.code == conversation.c.region)
    .where(conversation.c.id == bindparam("who"))
)
_HELD = select(interaction.c.event_id).where(
    interaction.c.citizen == bindparam("who"),
    interaction.c.event_id.in_(bindparam("ids", expanding=True)),
)


class InteractionStore:
    """Keeps what citizens do.

    Args:
        engine: Database.
        clock: The time.
        secret: Keys the digests of addresses.
    """

    def __init__(self, engine: Engine, clock: Clock, secret: str) -> None:
        self._engine = engine
        self._clock = clock
        self._key = source_key(secret)

    def add(self, citizen: str, interactions: Sequence[Interaction], *, address: str | None = None) -> bool:
        """Keeps all of them, or, on an error, none; one that is kept already stays as it is.

        Args:
            citizen: The conversation's id; empty where there is none.
            interactions: At most `MOST_AT_ONCE`, of one origin.
            address: As `core.limits.names.counted_address` has it; None where none is behind it.

        Returns: Whether they are linked to the citizen: who has not agreed is only counted, and so is what
            is beyond `MOST_KEPT` of a day, but for dismissals, which are obeyed.

        Raises:
            NotFound: An item is not published.
            BadInput: Something cannot be, as `recommender.interactions.rules.checked` says.
        """
        with writing(self._engine) as connection:
            return self.add_within(connection, citizen, interactions, address=address)

    def add_within(
        self,
        connection: Connection,
        citizen: str,
        interactions: Sequence[Interaction],
        *,
        address: str | None = None,
    ) -> bool:
        """The same within a transaction."""
        if not 0 < len(interactions) <= MOST_AT_ONCE or len({one.origin for one in interactions}) > 1:
            raise BadInput(f"1 to {MOST_AT_ONCE} interactions of one origin")
        now = self._clock.now()
        wanted = [checked(one, now) for one in interactions]
        items = published(connection, {one.item_id for one in wanted}, self._clock.today())
        if any(one.item_id not in items for one in wanted):
            raise NotFound("not published", public_message="这个事项不存在或已经下架。")
        personal = Purpose.PERSONALIZE in agreed(connection, citizen)
        if personal and wanted[0].origin is not Origin.AGENCY:
            note_citizen(connection, citizen, now)
        return self._keep(connection, citizen, wanted, items, personal=personal, address=address)

    def asked(
        self,
        connection: Connection,
        citizen: str,
        answer_id: str,
        item_id: int,
        address: str | None,
        *,
        personal: bool,
    ) -> None:
        """Keeps that an answer was about an item, within the transaction that keeps the answer.

        An item that was taken from citizens meanwhile is passed over.

        Args:
            personal: `personalize` is agreed to, and stays so until the transaction ends.
        """
        items = published(connection, [item_id], self._clock.today())
        if item_id not in items:
            return
        event = Interaction(
            f"ask:{answer_id}", item_id, InteractionType.ASK, Origin.SERVER, self._clock.now()
        )
        self._keep(connection, citizen, [event], items, personal=personal, address=address)

    def _keep(
        self,
        connection: Connection,
        citizen: str,
        wanted: Sequence[Interaction],
        items: Mapping[int, KnownItem],
        *,
        personal: bool,
        address: str | None,
    ) -> bool:
        district: str | None = connection.execute(_DISTRICT, {"who": citizen}).scalar()
        linked = [one for one in wanted if personal and not items[one.item_id].sensitive]
        new = _new_ones(connection, citizen, linked)
        held = held_on(connection, citizen, self._clock.today()) if new else Held(0, 0)
        beyond = new if wanted[0].origin is not Origin.AGENCY and held.kept + len(new) > MOST_KEPT else []
        self._count(connection, [one for one in wanted if one not in linked or one in beyond], district)
        if new and not beyond:
            self._link(connection, citizen, new, held, district, address)
        if unwanted := [one for one in new if one.type is InteractionType.DISMISS]:
            _dismiss(connection, citizen, unwanted, items, self._clock.now())
        return personal and all(one.type is InteractionType.DISMISS for one in beyond)

    def _link(
        self,
        connection: Connection,
        citizen: str,
        new: Sequence[Interaction],
        held: Held,
        district: str | None,
        address: str | None,
    ) -> None:
        today, now = self._clock.today(), self._clock.now()
        source = source_of(self._key, address, today) if address is not None else None
        counts = counted(connection, Sender(citizen, source, today, now), new, held)
        rows = [
            as_row(citizen, one, today, now, district=district, counts=counts_too, source=source)
            for one, counts_too in zip(new, counts, strict=True)
        ]
        connection.execute(_NEW, rows)

    def _count(self, connection: Connection, untold: Sequence[Interaction], district: str | None) -> None:
        day, now = self._clock.today(), self._clock.now()
        counted = Counter(one.item_id for one in untold if one.type in SPEAKING)
        # In one order, so that two that count the same items wait for each other instead of for ever.
        for item, count in sorted(counted.items()):
            row = {"item_id": item, "district": district or "", "day": day, "count": count, "began": now}
            connection.execute(_more(connection.dialect.name), row)


@cache
def _more(dialect: str) -> Any:
    first = insert_into(dialect, interaction_count)
    more = {"count": interaction_count.c["count"] + first.excluded["count"]}
    return first.on_conflict_do_update(index_elements=["item_id", "district", "day"], set_=more)


def as_row(
    citizen: str,
    one: Interaction,
    day: date,
    received: datetime,
    *,
    district: str | None = None,
    counts: bool = True,
    source: str | None = None,
) -> dict[str, Any]:
    """A row of the table `interaction`, as whoever fills it by the thousand writes it too."""
    return {
        "citizen": citizen,
        "event_id": one.event_id,
        "item_id": one.item_id,
        "type": one.type.value,
        "origin": one.origin.value,
        "value": one.value,
        "district": district,
        "day": day,
        "counts": counts,
        "source": source,
        "occurred_at": one.occurred_at,
        "received_at": received,
    }


def _new_ones(connection: Connection, citizen: str, linked: Sequence[Interaction]) -> list[Interaction]:
    """Those that are not kept yet; of one id the first."""
    by_id = {one.event_id: one for one in reversed(linked)}
    if not by_id:
        return []
    held = set(connection.execute(_HELD, {"who": citizen, "ids": list(by_id)}).scalars())
    return [one for one in linked if one is by_id[one.event_id] and one.event_id not in held]


class TooManyDismissals(BadInput):
    """There is a most of them."""

    public_message = f"不再推荐的内容最多{MOST_DISMISSALS}项，请先在“我的情况”里恢复一些。"


def _dismiss(
    connection: Connection,
    citizen: str,
    unwanted: Sequence[Interaction],
    items: Mapping[int, KnownItem],
    now: datetime,
) -> None:
    for one in unwanted:
        theme = items[one.item_id].theme if one.scope is Scope.THEME else None
        # An item without a theme is all that there is to dismiss.
        scope, target = (Scope.THEME, theme) if theme else (Scope.ITEM, str(one.item_id))
        insert_missing(
            connection, dismissal, citizen=citizen, scope=scope.value, target=target[:300], since=now
        )
    theirs = select(func.count()).where(dismissal.c.citizen == citizen)
    if connection.execute(theirs).scalar_one() > MOST_DISMISSALS:
        raise TooManyDismissals()
