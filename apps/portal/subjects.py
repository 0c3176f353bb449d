"""What of the catalogue may be subscribed to, by the name that it has now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.portal.ports import Catalogue
from apps.portal.wire import LARGEST_ID
from core.catalogue.keys import RecordKey
from core.catalogue.models import ServiceItem, Status
from core.catalogue.records import StoredRecord
from core.citizens.subscriptions import Subject
from core.citizens.wishes import SubscriptionKind
from core.clock import Clock
from core.errors import NotFound
from knowledge_base.contract import Target


@dataclass(frozen=True)
class Named:
    """A subject with its title, and the record that it was found through."""

    subject: Subject
    title: str
    source: Target


class Subjects:
    """Finds what is published; its methods block.

    Args:
        catalogue: The truth about it.
        clock: The citizens' day.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock

    def title(self, subject: Subject) -> str:
        """What the subject is called.

        Raises:
            NotFound: Nothing published is of that name or number.
        """
        if subject.kind is SubscriptionKind.ITEM:
            number = int(subject.target) if subject.target.isascii() and subject.target.isdigit() else 0
            known = self.published([RecordKey("item", number)]) if 0 < number <= LARGEST_ID else []
            if not known or subject.target != str(number):
                raise NotFound()
            return known[0].title
        if not self._is_of_some(subject.kind, subject.target):
            raise NotFound()
        return subject.target

    def around(self, targets: Sequence[Target]) -> list[Named]:
        """The service items among the targets in their order, then agency and theme of the first target."""
        records = self.published([RecordKey(one.kind, one.id) for one in targets if one.id <= LARGEST_ID])
        items = [self._item(stored) for stored in records if stored.key.kind == "item"]
        return [*items, *(self._of_which(records[0]) if records else ())]

    def published(self, keys: list[RecordKey]) -> list[StoredRecord]:
        """Of these records those that citizens may see now, in order."""
        shown = self._catalogue.shown(keys, None, self._clock.today())
        found = [self._catalogue.record(key) for key in dict.fromkeys(keys) if key in shown]
        # Between the two reads it may have been taken from citizens.
        return [stored for stored in found if stored is not None and stored.status is Status.PUBLISHED]

    def _item(self, stored: StoredRecord) -> Named:
        subject = Subject(SubscriptionKind.ITEM, str(stored.key.id))
        return Named(subject, stored.title, _target(stored))

    def _of_which(self, stored: StoredRecord) -> Iterator[Named]:
        theme = stored.record.theme if isinstance(stored.record, ServiceItem) else None
        named = ((SubscriptionKind.AGENCY, stored.record.agency), (SubscriptionKind.THEME, theme))
        for kind, name in named:
            if name and self._is_of_some(kind, name):
                yield Named(Subject(kind, name), name, _target(stored))

    def _is_of_some(self, kind: SubscriptionKind, name: str) -> bool:
        """Whether any published service item is the agency's, or of the theme."""
        theme = name if kind is SubscriptionKind.THEME else None
        agency = name if kind is SubscriptionKind.AGENCY else None
        today = self._clock.today()
        return self._catalogue.items(theme=theme, agency=agency, today=today, limit=1)[1] > 0


def _target(stored: StoredRecord) -> Target:
    return Target(kind=stored.key.kind, id=stored.key.id)
