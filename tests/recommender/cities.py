"""A small city: citizens, service items and what citizens do with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from core.catalogue.models import Region, ServiceItem
from core.catalogue.payloads import to_payload
from core.catalogue.tables import region, service_item
from core.citizens.consents import Consents, Purpose, agreed
from core.citizens.conversations import Conversations
from core.clock import FixedClock
from core.database.engine import reading, writing
from recommender.interactions.store import InteractionStore
from recommender.interactions.tables import interaction
from recommender.models import Interaction, InteractionType, Origin, Scope

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRET = "s" * 20
DISTRICTS = {"990101": "东区", "990102": "西区"}


class City:
    """What the tests do in a city of some service items."""

    def __init__(self, engine: Engine, clock: FixedClock | None = None) -> None:
        self.engine = engine
        self.clock = clock or FixedClock(NOW)
        self.store = InteractionStore(engine, self.clock, SECRET)
        self.consents = Consents(engine, self.clock, "1")
        self.number = 0
        with writing(engine) as connection:
            rows = [
                {"code": code, "name": name, "payload": to_payload(Region(code=code, name=name))}
                for code, name in DISTRICTS.items()
            ]
            connection.execute(delete(region))
            connection.execute(insert(region), rows)

    def publish(self, number: int, status: str = "published", **values: Any) -> int:
        """A service item of this number, in place of one that has it."""
        version = values.pop("version", 1)
        one = ServiceItem(external_id=f"item-{number}", name=f"事项{number}", **values)
        row = {
            "id": number, "external_id": one.external_id, "content_hash": "h", "version": version,
            "revision": number, "status": status, "title": one.name, "names": "", "agency": one.agency,
            "theme": one.theme, "region": one.region, "effective_to": one.effective_to,
            "payload": to_payload(one), "created_at": NOW, "updated_at": NOW,
        }  # fmt: skip
        with writing(self.engine) as connection:
            connection.execute(delete(service_item).where(service_item.c.id == number))
            connection.execute(insert(service_item).values(**row))
        return number

    def agree(self, citizen: str, *purposes: Purpose) -> str:
        """A citizen who has agreed, to being recommended something if nothing else is told."""
        self.consents.put(citizen, dict.fromkeys(purposes or (Purpose.PERSONALIZE,), True), "1")
        return citizen

    def live_in(self, citizen: str, district: str) -> None:
        """The district that the citizen chose."""
        Conversations(self.engine, self.clock).visit(citizen, district)

    def event(
        self,
        item: int,
        kind: InteractionType = InteractionType.CLICK,
        origin: Origin = Origin.CLIENT,
        *,
        id: str | None = None,
        at: datetime | None = None,
        value: float | None = None,
        scope: Scope = Scope.ITEM,
    ) -> Interaction:
        """Something that a citizen does, now if no time is told."""
        self.number += 1
        return Interaction(id or f"e{self.number}", item, kind, origin, at or self.clock.now(), value, scope)

    def do(self, citizen: str, *items: int, address: str | None = None, **about: Any) -> bool:
        """The citizen does the same with some items."""
        return self.store.add(citizen, [self.event(item, **about) for item in items], address=address)

    def ask(self, citizen: str, item: int, address: str | None = None) -> None:
        """The citizen is answered about an item."""
        self.number += 1
        with writing(self.engine) as connection:
            personal = Purpose.PERSONALIZE in agreed(connection, citizen)
            self.store.asked(connection, citizen, f"a{self.number}", item, address, personal=personal)

    def rows(self, *columns: str) -> list[Any]:
        """What is kept, in the order in which it came."""
        chosen: Sequence[Any] = [interaction.c[name] for name in columns] or [interaction]
        with reading(self.engine) as connection:
            return list(connection.execute(select(*chosen).order_by(interaction.c.number)).all())
