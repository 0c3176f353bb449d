"""Traits of everything published, followed by the catalogue's revision numbers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Date, Engine, Executable, bindparam, select

from core.catalogue.models import Status
from core.catalogue.reads import shown_on
from core.catalogue.regions import scope
from core.catalogue.tables import catalogue_state, region, service_item, tombstone
from core.database.engine import glance, reading
from core.errors import Unavailable
from core.logs import describe_error
from recommender.models import ItemTraits
from recommender.serving.traits import traits_of

POLLED_S: Final = 0.9
log = logging.getLogger(__name__)
_READ: Final = (
    service_item.c.id, service_item.c.external_id, service_item.c.agency, service_item.c.theme,
    service_item.c.region, service_item.c.status, service_item.c.published_on,
    service_item.c.effective_from, service_item.c.effective_to, service_item.c.created_at,
    service_item.c.payload, service_item.c.revision,
)  # fmt: skip

_STATE: Final = f"SELECT epoch, revision FROM {catalogue_state.name}"  # noqa: S608 - the name of a table of ours


@dataclass(frozen=True, slots=True)
class _Snapshot:
    epoch: str
    revision: int
    traits: Mapping[int, ItemTraits]
    names: Mapping[str, str]


class PublishedItems:
    """Safe to use from several threads: one polls, the others go on with what was read last.

    Args:
        polled_s: For so many seconds what was read holds.
        clock: Seconds that only grow.
    """

    def __init__(
        self, engine: Engine, polled_s: float = POLLED_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._polled_s = polled_s
        self._clock = clock
        self._until = float("-inf")
        self._last: _Snapshot | None = None
        self._polling = Lock()

    def all(self) -> Mapping[int, ItemTraits]:
        """By id; the same object as long as nothing has changed.

        Raises:
            Unavailable: The database does not answer, and never has.
        """
        return self._snapshot().traits

    def region_name(self, code: str) -> str | None:
        """What a region is called; None where the catalogue knows none of this code."""
        return self._snapshot().names.get(code)

    def shown(self, items: Sequence[ItemTraits], region: str | None, today: date) -> frozenset[int]:
        """Ids of those that may be shown now: published, in force, of the region, not sensitive, unchanged.

        Args:
            items: At least one.

        Raises:
            Unavailable: The database does not answer.
        """
        if self._is_as_read(items):
            return frozenset(item.id for item in items if _is_shown(item, region, today))
        codes = () if region is None else scope(region)
        # Filled up with the last one: a statement for each number of items would be put together anew.
        width = 1 << (len(items) - 1).bit_length()
        wanted: dict[str, Any] = {
            f"item{place}": items[min(place, len(items) - 1)].id for place in range(width)
        }
        wanted |= {"today": today} | {f"code{place}": code for place, code in enumerate(codes)}
        with reading(self._engine) as connection:
            rows = connection.execute(_shown(width, len(codes)), wanted).all()
        now = {row.id: row.revision for row in rows}
        # Of the same revision all else is as it was read, so that the texts need not be looked into again.
        same = (item for item in items if now.get(item.id) == item.revision)
        shown = frozenset(item.id for item in same if not item.sensitive)
        if len(shown) < len(items):
            # What was read is no longer so: it is read again before a second has passed.
            self._until = float("-inf")
        return shown

    def _is_as_read(self, items: Sequence[ItemTraits]) -> bool:
        """Whether the catalogue is still as it was when these were read: then all of it need not be asked."""
        last = self._last
        if last is None or any(last.traits.get(item.id) is not item for item in items):
            return False
        return glance(self._engine, _STATE) == (last.epoch, last.revision)

    def _snapshot(self) -> _Snapshot:
        last = self._last
        if last is not None and self._clock() < self._until:
            return last
        if not self._polling.acquire(blocking=last is None):
            assert last is not None  # noqa: S101 - only then it is not waited for
            return last
        try:
            if self._last is None or self._clock() >= self._until:
                self._last = self._followed(self._last)
                self._until = self._clock() + self._polled_s
            return self._last
        finally:
            self._polling.release()

    def _followed(self, last: _Snapshot | None) -> _Snapshot:
        try:
            with reading(self._engine) as connection:
                return _read(connection, last)
        except Unavailable as error:
            if last is None:
                raise
            log.warning("the items read last hold on", extra={"reason": describe_error(error)})
            return last


def _is_shown(item: ItemTraits, region: str | None, today: date) -> bool:
    in_force = (item.valid_from is None or item.valid_from <= today) and (
        item.valid_to is None or today <= item.valid_to
    )
    return in_force and not item.sensitive and (region is None or item.region in scope(region))


@lru_cache(maxsize=256)
def _shown(items: int, codes: int) -> Executable:
    """Put together once for so many items and codes: that took longer than the query."""
    of_region = () if not codes else (service_item.c.region.in_(_parameters("code", codes)),)
    return select(service_item.c.id, service_item.c.revision).where(
        service_item.c.id.in_(_parameters("item", items)),
        shown_on(service_item, bindparam("today", type_=Date)),
        *of_region,
    )


def _parameters(name: str, count: int) -> list[BindParameter[Any]]:
    return [bindparam(f"{name}{place}") for place in range(count)]


def _read(connection: Connection, last: _Snapshot | None) -> _Snapshot:
    epoch, revision = connection.execute(select(catalogue_state.c.epoch, catalogue_state.c.revision)).one()
    if last is not None and (last.epoch, last.revision) == (epoch, revision):
        return last
    names = {row.code: row.name for row in connection.execute(select(region.c.code, region.c.name))}
    # Another epoch, or a number that went back: an older copy of the database, whose ids may be others'.
    if last is None or last.epoch != epoch or last.revision > revision:
        return _Snapshot(epoch, revision, MappingProxyType(_everything(connection)), names)
    return _Snapshot(epoch, revision, _changed(connection, last), names)


def _everything(connection: Connection) -> dict[int, ItemTraits]:
    published = select(*_READ).where(service_item.c.status == Status.PUBLISHED.value)
    return {row.id: traits_of(row) for row in connection.execute(published)}


def _changed(connection: Connection, last: _Snapshot) -> Mapping[int, ItemTraits]:
    changed = connection.execute(select(*_READ).where(service_item.c.revision > last.revision)).all()
    gone = select(tombstone.c.record_id).where(
        tombstone.c.revision > last.revision, tombstone.c.kind == "item"
    )
    deleted = connection.execute(gone).scalars().all()
    if not changed and not deleted:
        return last.traits
    traits = dict(last.traits)
    for number in (*deleted, *(row.id for row in changed)):
        traits.pop(number, None)
    traits |= {row.id: traits_of(row) for row in changed if row.status == Status.PUBLISHED.value}
    return MappingProxyType(traits)
