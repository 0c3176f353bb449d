"""Rows of the tables that a made-up city's citizens leave, as if they had used an installation. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from core.citizens.consents import Purpose
from core.clock import SHANGHAI
from recommender.interactions.store import as_row
from recommender.models import SPEAKING, Interaction, InteractionType, Scope
from recommender.simulation.city import City, Told
from recommender.simulation.marks import CHANNEL
from recommender.simulation.parameters import MINUTES_OF_DAY
from recommender.simulation.traces import Step

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes rows.

    Attributes:
        sensitive: Ids of the items that nobody is ever linked to.
        notice: Version of the privacy notice that they agree to.
    """

    city: City
    sensitive: frozenset[int]
    notice: str

    def at(self, minute: int) -> datetime:
        """A minute of the city's time as an instant."""
        return datetime.combine(self.city.parameters.start, time(), SHANGHAI) + timedelta(minutes=minute)

    def day(self, minute: int) -> date:
        """The day of a minute."""
        return self.city.parameters.start + timedelta(days=minute // MINUTES_OF_DAY)

    def is_linked(self, step: Step) -> bool:
        """Whether it is tied to its citizen: who agreed, and the item is not sensitive."""
        personal = self.city.citizens[step.citizen].personalize
        return personal and self.city.items[step.item].id not in self.sensitive

    def is_counted(self, step: Step) -> bool:
        """Whether it only adds to a count that is of nobody."""
        return step.type in SPEAKING and not self.is_linked(step)

    def person(self, number: int, seen: int) -> Row:
        """A citizen who agreed; `seen` is the last minute."""
        one = self.city.citizens[number]
        return {"id": one.id, "created": self.at(one.joined), "last_seen": self.at(seen)}

    def consents(self, number: int) -> list[Row]:
        """What they agree to on the first day."""
        one = self.city.citizens[number]
        purposes = [Purpose.PERSONALIZE, *([Purpose.PROFILE_FACTS] if one.profile_facts else [])]
        shared = {
            "citizen": one.id, "notice_version": self.notice, "channel": CHANNEL,
            "given_at": self.at(one.joined),
        }  # fmt: skip
        return [{**shared, "purpose": purpose.value} for purpose in purposes]

    def fact(self, number: int, told: Told) -> Row:
        """A fact that was told."""
        who = self.city.citizens[number].id
        return {"citizen": who, "name": told.name, "value": told.value, "told_at": self.at(told.minute)}

    def interaction(self, step: Step, place: int) -> Row:
        """An interaction; `place` tells those of the city apart."""
        one, at = self.city.citizens[step.citizen], self.at(step.minute)
        value = float(step.value) if step.value else None
        item = self.city.items[step.item].id
        event = Interaction(f"sim:{place}", item, step.type, step.origin, at, value)
        return as_row(one.id, event, at.date(), at, district=one.district)

    def dismissal(self, step: Step) -> Row | None:
        """What a step dismisses; None of any other step."""
        if step.type is not InteractionType.DISMISS:
            return None
        who, item = self.city.citizens[step.citizen].id, self.city.items[step.item].id
        at = self.at(step.minute)
        return {"citizen": who, "scope": Scope.ITEM.value, "target": str(item), "since": at}
