"""A citizen's inbox as it is read: pages, what is unread, and what came after a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from channels.ports import NoticeKind
from channels.web.inbox import PURPOSE_OF
from channels.web.tables import notice, notice_state
from core.catalogue.tables import catalogue_state
from core.citizens.tables import IN_FORCE, consent, erasure
from core.clock import Clock
from core.database.engine import reading, writing

_COLUMNS = (
    notice.c.id, notice.c.number, notice.c.citizen, notice.c.kind, notice.c.title, notice.c.text,
    notice.c.url, notice.c.why, notice.c.sent_at, notice.c.read_at,
)  # fmt: skip
# Everybody's together, and one citizen's, which each of many streams holds in memory.
AT_ONCE = 500
AT_ONCE_OF_ONE = 50


@dataclass(frozen=True, slots=True)
class InboxNotice:
    """A notice as it lies in the inbox; `number` grows with each that anybody gets."""

    id: str
    number: int
    citizen: str
    kind: NoticeKind
    title: str
    text: str
    url: str | None
    why: str
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Position:
    """Up to where notices have been seen; numbers of another epoch mean nothing."""

    epoch: str
    number: int


@dataclass(frozen=True, slots=True)
class Page:
    """Notices, the latest first.

    Attributes:
        unread: In the whole inbox.
        more: Older ones follow.
        position: Nothing that the citizen has got up to here is missing from what the pages show.
    """

    notices: list[InboxNotice]
    unread: int
    more: bool
    position: Position


@dataclass(frozen=True, slots=True)
class News:
    """What has come since: everybody's notices in order, up to the position, and who is being erased."""

    position: Position
    notices: list[InboxNotice]
    erased: frozenset[str] = frozenset()


class InboxReads:
    """Reads; marks as read."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def page(self, citizen: str, before: str | None, limit: int) -> Page:
        """The latest, or those before the notice of that id; of an id that is none of theirs, none."""
        newest = select(*_COLUMNS).where(notice.c.citizen == citizen).order_by(notice.c.number.desc())
        if before is not None:
            theirs = select(notice.c.number).where(notice.c.citizen == citizen, notice.c.id == before)
            newest = newest.where(notice.c.number < theirs.scalar_subquery())
        with reading(self._engine) as connection:
            found = [_notice(row) for row in connection.execute(newest.limit(limit + 1))]
            unread = _unread(connection, citizen)
            return Page(found[:limit], unread, len(found) > limit, _position(connection))

    def mark_read(self, citizen: str, ids: Sequence[str] | None) -> int:
        """Marks these as read, or all; how many are unread then."""
        these = [notice.c.citizen == citizen, notice.c.read_at.is_(None)]
        if ids is not None:
            these.append(notice.c.id.in_(ids))
        with writing(self._engine) as connection:
            connection.execute(update(notice).where(*these).values(read_at=self._clock.now()))
            return _unread(connection, citizen)

    def is_open(self, citizen: str) -> bool:
        """Whether something may come: the citizen has agreed to notices of some kind."""
        these = (consent.c.citizen == citizen, consent.c.purpose.in_(PURPOSE_OF.values()), IN_FORCE)
        agreed = select(consent.c.number).where(*these).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(agreed).first() is not None

    def since(self, citizen: str, after: Position) -> News:
        """What one citizen got after a position; of `AT_ONCE_OF_ONE` the position is that of the last."""
        with reading(self._engine) as connection:
            return _news(connection, after, AT_ONCE_OF_ONE, citizen)

    def news(self, after: Position | None) -> News:
        """The same of everybody, at most `AT_ONCE`; without a position only the present one."""
        with reading(self._engine) as connection:
            here = _position(connection)
            if after is None or after.epoch != here.epoch:
                return News(here, [])
            erased = frozenset(connection.execute(select(erasure.c.citizen)).scalars())
            if here.number <= after.number:
                return News(here, [], erased)
            found = _news(connection, after, AT_ONCE)
            return News(found.position, found.notices, erased)


def _news(connection: Connection, after: Position, most: int, citizen: str | None = None) -> News:
    later = select(*_COLUMNS).where(notice.c.number > after.number).order_by(notice.c.number).limit(most)
    if citizen is not None:
        later = later.where(notice.c.citizen == citizen)
    here = _position(connection)
    found = [_notice(row) for row in connection.execute(later)]
    if len(found) == most:
        here = Position(here.epoch, found[-1].number)
    return News(here, found)


def _position(connection: Connection) -> Position:
    epoch = connection.execute(select(catalogue_state.c.epoch)).scalar_one()
    return Position(str(epoch), connection.execute(select(notice_state.c.number)).scalar() or 0)


def _unread(connection: Connection, citizen: str) -> int:
    theirs = (notice.c.citizen == citizen, notice.c.read_at.is_(None))
    return connection.execute(select(func.count()).select_from(notice).where(*theirs)).scalar_one()


def _notice(row: Any) -> InboxNotice:
    return InboxNotice(row.id, row.number, row.citizen, NoticeKind(row.kind), *row[4:])
