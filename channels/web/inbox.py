"""Puts notices into citizens' inboxes, within a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, insert, select, tuple_, update

from channels.ports import Notice, NoticeKind, Outcome
from channels.web.stops import stopped_among
from channels.web.tables import notice, notice_state
from core.citizens.consents import Purpose, consented_among
from core.citizens.conversations import new_id
from core.database.rows import insert_for
from core.errors import BadInput

PURPOSE_OF: Final = {
    NoticeKind.FOLLOWUP: Purpose.FOLLOWUP_NOTICE,
    NoticeKind.CORRECTION: Purpose.FOLLOWUP_NOTICE,
    NoticeKind.REPLY: Purpose.FOLLOWUP_NOTICE,
    NoticeKind.SUBSCRIPTION: Purpose.PUSH_WEB,
    NoticeKind.PUSH: Purpose.PUSH_WEB,
}
_STATE: Final = 1
# A statement takes some thousand values at most.
_AT_ONCE: Final = 200
_MOST: Final = {"title": 200, "text": 4000, "why": 300, "dedup_key": 200}
_MOST_URL: Final = 1000
_Key = tuple[str, str]


def put_notices(connection: Connection, notices: Sequence[Notice], now: datetime) -> list[Outcome]:
    """Puts those that are wanted into their citizens' inboxes; a key that a citizen has changes nothing.

    Whoever writes notices waits here for others that do, until their transactions end: so numbers come out
    without gaps and become visible in order. The counter is locked before any citizen, and citizens in one
    order; a transaction that comes here must not hold a citizen's row already, and best ends soon after.

    Args:
        connection: A writing transaction.

    Returns:
        What came of each, in the order of `notices`.

    Raises:
        BadInput: A notice is of no use; none was put.
    """
    for one in notices:
        _check(one)
    number = _locked_number(connection)
    outcomes: list[Outcome] = []
    for some in _batches(notices):
        wanted = _wanted(connection, some)
        fresh = _fresh(connection, [one for one in some if (one.citizen, one.kind) in wanted])
        rows = [_row(one, number + at, now) for at, one in enumerate(fresh, start=1)]
        if rows:
            connection.execute(insert(notice), rows)
        number += len(rows)
        outcomes += [
            Outcome.SENT if (one.citizen, one.kind) in wanted else Outcome.NO_RIGHT for one in some
        ]  # fmt: skip
    connection.execute(update(notice_state).values(number=number))
    return outcomes


def _check(one: Notice) -> None:
    for field, most in _MOST.items():
        value: str = getattr(one, field)
        if not value.strip() or len(value) > most or "\0" in value:
            raise BadInput(f"notice: {field} needs 1 to {most} characters. 消息的{field}为空或过长。")
    if one.url is not None and not is_link(one.url):
        raise BadInput("notice: url is neither http(s) nor a path of ours. 消息的链接不可用。")


def is_link(url: str) -> bool:
    """Whether the page may link it: http(s), or a path of its own, of at most 1,000 characters."""
    if len(url) > _MOST_URL or "\\" in url:
        return False
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    return url.startswith(("http://", "https://")) or (url.startswith("/") and not url.startswith("//"))


def _locked_number(connection: Connection) -> int:
    # Written over with itself: that locks the row, and makes it where there is none yet.
    statement = insert_for(connection, notice_state).values(id=_STATE, number=0)
    kept = statement.on_conflict_do_update(index_elements=["id"], set_={"number": notice_state.c.number})
    return int(connection.execute(kept.returning(notice_state.c.number)).scalar_one())


def _batches(notices: Iterable[Notice]) -> Iterator[list[Notice]]:
    rest = iter(notices)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _wanted(connection: Connection, notices: Sequence[Notice]) -> set[tuple[str, NoticeKind]]:
    citizens = sorted({one.citizen for one in notices})
    agreed = consented_among(connection, citizens)
    stopped = stopped_among(connection, citizens)
    asked = {(one.citizen, one.kind) for one in notices}
    return {(who, kind) for who, kind in asked if (who, PURPOSE_OF[kind]) in agreed} - stopped


def _fresh(connection: Connection, notices: Sequence[Notice]) -> list[Notice]:
    """Those whose key their citizen does not have; the lock on the counter keeps that true."""
    keys = {(one.citizen, one.dedup_key): one for one in reversed(notices)}
    held = tuple_(notice.c.citizen, notice.c.dedup_key).in_(list(keys))
    found = connection.execute(select(notice.c.citizen, notice.c.dedup_key).where(held)) if keys else ()
    had: set[_Key] = {(row[0], row[1]) for row in found}
    return [one for one in notices if (key := (one.citizen, one.dedup_key)) not in had and keys[key] is one]


def _row(one: Notice, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "number": number,
        "citizen": one.citizen,
        "kind": one.kind,
        "title": one.title,
        "text": one.text,
        "url": one.url,
        "why": one.why,
        "dedup_key": one.dedup_key,
        "sent_at": now,
        "read_at": None,
    }
