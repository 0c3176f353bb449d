"""What the page offers before anything is asked: a few service items over different themes.

As long as no questions are counted, those come first that have the most names and ways to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, zip_longest

from apps.portal.ports import Catalogue
from core.catalogue.models import ServiceItem
from core.catalogue.records import StoredRecord
from core.clock import Clock

MOST = 8
# By name; a catalogue with more shows those of the first ones.
_LOOKED_AT = 500


class Popular:
    """Chooses once for each state of the catalogue, day and region.

    Args:
        catalogue: Where the items are.
        clock: The time.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._chosen = lru_cache(maxsize=64)(self._choose)

    def items(self, region: str | None) -> list[StoredRecord]:
        """At most `MOST` items that may be shown in the region; a region that nobody knows counts as none."""
        known = region if any(one.code == region for one in self._catalogue.regions()) else None
        state = self._catalogue.state()
        return self._chosen(f"{state.epoch}:{state.revision}:{self._clock.today()}", known)

    def _choose(self, _: str, region: str | None) -> list[StoredRecord]:
        shown, _total = self._catalogue.items(region=region, today=self._clock.today(), limit=_LOOKED_AT)
        return over_themes([record for record in shown if _is_for_everybody(record, region)])[:MOST]


def over_themes(records: Sequence[StoredRecord]) -> list[StoredRecord]:
    """The best of each theme, then each second best, and so on; of two themes the larger first."""
    themes: dict[str, list[StoredRecord]] = {}
    for record in sorted(records, key=_rank):
        themes.setdefault(_item(record).theme or "", []).append(record)
    ordered = sorted(themes.items(), key=lambda theme: (-len(theme[1]), theme[0]))
    rounds: Iterator[tuple[StoredRecord | None, ...]] = zip_longest(*(group for _, group in ordered))
    return [record for record in chain.from_iterable(rounds) if record is not None]


def question_about(item: ServiceItem) -> str:
    """What a citizen would ask, in words that the agency itself gave if there are any."""
    return item.question_variants[0] if item.question_variants else f"{item.name}怎么办理"


def _is_for_everybody(record: StoredRecord, region: str | None) -> bool:
    item = _item(record)
    # Without a district chosen nobody is shown what holds in another.
    elsewhere = region is None and not item.region.endswith("00")
    return not item.sensitive and not elsewhere and (not item.audience or "个人" in item.audience)


def _rank(record: StoredRecord) -> tuple[int, str]:
    item = _item(record)
    return -len(item.question_variants) - len(item.aliases), record.external_id


def _item(record: StoredRecord) -> ServiceItem:
    if not isinstance(record.record, ServiceItem):
        raise TypeError("not a service item")
    return record.record
