"""Keeps interactions, each once and before it is acknowledged: linked to who agreed, else as a count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, insert, select

from core.catalogue.tables import region
from core.citizens.consents import Purpose, agreed
from core.citizens.tables import conversation
from core.clock import Clock
from core.database.engine import writing
from core.database.rows import insert_for, insert_missing
from core.errors import BadInput, NotFound
from recommender.interactions.guard import Sender, counted, source_key, source_of
from recommender.interactions.items import KnownItem, published
from recommender.interactions.rules import TELLING, checked
from recommender.interactions.tables import interaction, interaction_count
from recommender.models import Interaction, InteractionType, Origin, Scope
from recommender.profile.tables import dismissal

MOST_AT_ONCE: Final = 20
_NEW = insert(interaction)
# Only a district that there is: otherwise whoever makes up codes fills the counts.
_DISTRICT = (
    select(conversation.c.region)
    .join(region, region.c.code == conversation.c.region)
    .where(conversation.c.id == bindparam("who"))
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

        Returns: Whether they are linked to the citizen: who has not agreed is only counted.

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
        self._keep(connection, citizen, wanted, items, personal=personal, address=address)
        return personal

    def asked(
        self, connection: Connection, citizen: str, answer_id: str, item_id: int, address: str | None
    ) -> None:
        """Keeps that an answer was about an item, within the transaction that keeps the answer.

        An item that was taken from citizens meanwhile is passed over.
        """
        items = published(connection, [item_id], self._clock.today())
        if item_id not in items:
            return
        event = Interaction(
            f"ask:{answer_id}", item_id, InteractionType.ASK, Origin.SERVER, self._clock.now()
        )
        personal = Purpose.PERSONALIZE in agreed(connection, citizen)
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
    ) -> None:
        district: str | None = connection.execute(_DISTRICT, {"who": citizen}).scalar()
        linked = [one for one in wanted if personal and not items[one.item_id].sensitive]
        self._count(connection, [one for one in wanted if one not in linked], district)
        if new := _new_ones(connection, citizen, linked):
            self._link(connection, citizen, new, district, address)
            _dismiss(connection, citizen, new, items, self._clock.now())

    def _link(
        self,
        connection: Connection,
        citizen: str,
        new: Sequence[Interaction],
        district: str | None,
        address: str | None,
    ) -> None:
        today, now = self._clock.today(), self._clock.now()
        source = source_of(self._key, address, today) if address is not None else None
        counts = counted(connection, Sender(citizen, source, today, now), new)
        rows = [
            as_row(citizen, one, today, now, district=district, counts=counts_too, source=source)
            for one, counts_too in zip(new, counts, strict=True)
        ]
        connection.execute(_NEW, rows)

    def _count(self, connection: Connection, untold: Sequence[Interaction], district: str | None) -> None:
        day, now = self._clock.today(), self._clock.now()
        for one in untold:
            if one.type not in TELLING:
                continue
            key = {"item_id": one.item_id, "district": district or "", "day": day}
            first = insert_for(connection, interaction_count).values(**key, count=1, began=now)
            more = {"count": interaction_count.c.count + 1}
            connection.execute(first.on_conflict_do_update(index_elements=list(key), set_=more))


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
    same = (interaction.c.citizen == citizen, interaction.c.event_id.in_(by_id))
    held = set(connection.execute(select(interaction.c.event_id).where(*same)).scalars())
    return [one for one in linked if one is by_id[one.event_id] and one.event_id not in held]


def _dismiss(
    connection: Connection,
    citizen: str,
    new: Sequence[Interaction],
    items: Mapping[int, KnownItem],
    now: datetime,
) -> None:
    for one in new:
        if one.type is InteractionType.DISMISS:
            theme = items[one.item_id].theme if one.scope is Scope.THEME else None
            # An item without a theme is all that there is to dismiss.
            scope, target = (Scope.THEME, theme) if theme else (Scope.ITEM, str(one.item_id))
            insert_missing(
                connection, dismissal, citizen=citizen, scope=scope.value, target=target[:300], since=now
            )
