"""The log of what staff did: written to at its end only, each entry sealed together with the one before it.

Whoever changes or drops an entry has to make every later one anew, and the last digest, which the process log
names with each entry, gives that away. What is older than its time goes from the beginning on, and an entry
at the end says up to where, and with which digest: there the chain begins (`staff/audit_retention.py`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select

from core.commands import Subject
from core.errors import WeizhengError
from staff.tables import audit_entry

# The command of entries that say what went; no command that anybody can run has the name.
FORGOTTEN: Final = "audit.forget"
_BEGINNING: Final = "0" * 64
_AT_A_TIME = 1000
log = logging.getLogger(__name__)


class BrokenChain(WeizhengError):
    """The log is not as it was written."""

    code = "broken_audit_log"
    public_message = "审计日志不完整或被改动。"

    def __init__(self, number: int) -> None:
        super().__init__(f"the audit log is broken at entry {number}. 审计日志第 {number} 条对不上。")
        self.number = number


@dataclass(frozen=True)
class Entry:
    """One command that was run."""

    number: int
    at: datetime
    actor: str
    command: str
    subject: Subject
    details: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Head:
    """Where the log ends: number and digest of its last entry; 0 of an empty one.

    Attributes:
        forgotten: The last entry that went after its time; 0 where all are there.
        told_by: The entry that says so.
    """

    entries: int
    digest: str
    forgotten: int = 0
    told_by: int = 0


def append(
    connection: Connection,
    at: datetime,
    actor: str,
    command: str,
    subject: Subject,
    details: Mapping[str, Any],
) -> Entry:
    """Writes an entry at the end, within the transaction of what it tells.

    The transaction must be one in which no other writes to the log (`core.catalogue.revision.changing`).
    """
    last = end(connection)
    number = last.entries + 1
    kept = _canonical(details)
    row = {
        "number": number,
        "at": at,
        "actor": actor,
        "command": command,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "agency": subject.agency,
        "details": kept,
    }
    digest = _sealed(last.digest, row)
    connection.execute(insert(audit_entry).values(**row, digest=digest))
    return Entry(number, at, actor, command, subject, json.loads(kept), digest)


def end(connection: Connection) -> Head:
    """Where the log ends, without a look at what is before."""
    last = select(audit_entry.c.number, audit_entry.c.digest).order_by(audit_entry.c.number.desc()).limit(1)
    row = connection.execute(last).first()
    return Head(row.number, row.digest) if row else Head(0, _BEGINNING)


def witness(entry: Entry) -> None:
    """Tells the process log of an entry that is kept: whoever has that log sees what is cut off here."""
    log.info("audit", extra={"command": entry.command, "audit": entry.number, "digest": entry.digest})


def verify(connection: Connection) -> Head:
    """Goes through the whole log; where it ends.

    Where its beginning went after its time the chain begins with what the last entry of that kind says of it;
    that entry is a link of the chain like any other.

    Raises:
        BrokenChain: An entry is missing, or is not what was written.
    """
    begins = _beginning(connection)
    before, expected = begins.digest, begins.forgotten + 1
    for row in _rows(connection):
        if row.number != expected or row.digest != _sealed(before, row._asdict()):
            raise BrokenChain(expected)
        before, expected = row.digest, expected + 1
    return Head(expected - 1, before, begins.forgotten, begins.told_by)


def _beginning(connection: Connection) -> Head:
    """What the chain begins after."""
    last = select(audit_entry.c.number, audit_entry.c.details).where(audit_entry.c.command == FORGOTTEN)
    row = connection.execute(last.order_by(audit_entry.c.number.desc()).limit(1)).first()
    if row is None:
        return Head(0, _BEGINNING)
    try:
        told = json.loads(row.details)
        return Head(0, str(told["digest"]), int(told["through"]), row.number)
    except (ValueError, KeyError, TypeError):
        raise BrokenChain(row.number) from None


def entries(
    connection: Connection,
    *,
    actor: str = "",
    command: str = "",
    subject: str = "",
    agency: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[Entry], int]:
    """Entries, newest first, and how many there are in all; an empty filter takes everything.

    Args:
        subject: Id of what was touched.
        agency: Only what belongs to this agency; None is everything.
    """
    wanted = {"actor": actor, "command": command, "subject_id": subject}
    conditions = [audit_entry.c[name] == value for name, value in wanted.items() if value]
    if agency is not None:
        conditions.append(audit_entry.c.agency == agency)
    total = connection.execute(select(func.count()).select_from(audit_entry).where(*conditions)).scalar_one()
    page = select(audit_entry).where(*conditions).order_by(audit_entry.c.number.desc())
    return [_entry(row) for row in connection.execute(page.limit(limit).offset(offset))], total


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    subject = Subject(row.subject_kind, row.subject_id, row.agency)
    return Entry(row.number, row.at, row.actor, row.command, subject, json.loads(row.details), row.digest)


def _rows(connection: Connection) -> Iterator[Row[*tuple[Any, ...]]]:
    last = 0
    while True:
        portion = select(audit_entry).where(audit_entry.c.number > last)
        rows = connection.execute(portion.order_by(audit_entry.c.number).limit(_AT_A_TIME)).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].number


def _sealed(before: str, row: Mapping[str, Any]) -> str:
    told = {name: value for name, value in row.items() if name != "digest"}
    told["at"] = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(f"{before}\n{_canonical(told)}".encode()).hexdigest()


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
