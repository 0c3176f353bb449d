"""Recall of answers: who was told what a record said before it was changed or withdrawn, in figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Tuple,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from core.answering import Aspect
from core.catalogue.keys import Kind, RecordKey
from core.catalogue.models import Status
from core.catalogue.tables import RECORDS
from core.citizens.recall import citizens_to_tell, quoted
from core.citizens.retention import FOLLOWUP_DAYS
from core.citizens.tables import answer_log, answer_source
from core.clock import Clock
from core.database.engine import reading

USUAL_DAYS: Final = 30
# Of an older answer nobody knows any more who wants to hear of it.
MOST_DAYS: Final = FOLLOWUP_DAYS


@dataclass(frozen=True, slots=True)
class Outdated:
    """Answers that quoted what a record does not say any more.

    Attributes:
        below: Every version that is smaller is outdated.
        since: Of answers from then on.
    """

    key: RecordKey
    below: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """How many were told what is outdated.

    Attributes:
        versions: Each outdated version that was quoted, the latest first, with the number of answers.
        citizens: How many different citizens agreed to hear of it, and still do.
    """

    versions: Sequence[tuple[int, int]]
    citizens: int

    @property
    def answers(self) -> int:
        """Answers of all versions."""
        return sum(number for _, number in self.versions)


@dataclass(frozen=True, slots=True)
class ToldQuestion:
    """A question, masked as it was logged, whose answer quoted an outdated version.

    Attributes:
        aspect: What of a guide was asked for, where that is known.
    """

    answer_id: str
    question: str
    at: datetime
    version: int
    aspect: Aspect | None


@dataclass(frozen=True, slots=True)
class RecalledRecord:
    """A record that was changed or withdrawn after it was quoted.

    Attributes:
        agency: By name.
        answers: How many quoted what is outdated.
    """

    kind: Kind
    external_id: str
    title: str
    agency: str | None
    status: Status
    version: int
    updated_at: datetime
    answers: int


def outdated_below(version: int, *, public: bool) -> int:
    """Below which version a record's versions are outdated: all are where citizens do not see it any more."""
    return version if public else version + 1


def window_start(clock: Clock, days: int) -> datetime:
    """When the city's day began that was so many days ago: a page reads the same all day."""
    return (clock.local() - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)


class Recalls:
    """Reads; none names anybody."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answers(self, of: Outdated) -> int:
        """How many answers quoted it."""
        with reading(self._engine) as connection:
            chosen = select(func.count()).select_from(answer_source).where(_quoted(of))
            return connection.execute(chosen).scalar_one()

    def figures(self, of: Outdated) -> Figures:
        """How many answers quoted which version, and how many citizens can be told."""
        version = answer_source.c.version
        counted = select(version, func.count()).where(_quoted(of)).group_by(version).order_by(version.desc())
        with reading(self._engine) as connection:
            versions = [(row[0], row[1]) for row in connection.execute(counted)]
            citizens = citizens_to_tell(connection, of.key, of.below, of.since) if versions else 0
        return Figures(versions, citizens)

    def questions(
        self, of: Outdated, most: int = 50, before: tuple[datetime, str] | None = None
    ) -> list[ToldQuestion]:
        """What was asked, the latest first.

        Args:
            before: Time and id of the answer after which the page begins.
        """
        source = answer_source.c
        place = (source.at, source.answer_id)
        wanted = [_quoted(of)]
        if before is not None:
            # The first tells an index where to begin.
            wanted += [source.at <= before[0], tuple_(*place) < _place(before)]
        chosen = (
            select(source.answer_id, answer_log.c.question, source.at, source.version, answer_log.c.aspect)
            .join(answer_log, answer_log.c.id == source.answer_id)
            .where(*wanted)
            .order_by(*(column.desc() for column in place))
            .limit(most)
        )
        with reading(self._engine) as connection:
            return [
                ToldQuestion(row[0], row[1], row[2], row[3], Aspect(row[4]) if row[4] else None)
                for row in connection.execute(chosen)
            ]

    def listed(
        self,
        since: datetime,
        agencies: Collection[str] | None = None,
        most: int = 50,
        skipped: int = 0,
    ) -> tuple[list[RecalledRecord], int]:
        """Records that were changed or withdrawn after an answer from then on had quoted them.

        Those that most answers quoted come first; and how many there are in all, 0 beyond the last.

        Args:
            agencies: Names of the agencies whose records are wanted; None is all.
        """
        each = union_all(*(_counted(kind, since, agencies) for kind in RECORDS)).subquery()
        order = (each.c.answers.desc(), each.c.kind, each.c.id)
        chosen = select(each, func.count().over()).order_by(*order).limit(most).offset(skipped)
        with reading(self._engine) as connection:
            rows = connection.execute(chosen).all()
            counted = {RecordKey(row.kind, row.id): row.answers for row in rows}
            return _records(connection, counted), rows[0][-1] if rows else 0


def _quoted(of: Outdated) -> ColumnElement[bool]:
    return quoted(of.key, of.below, of.since)


def _place(before: tuple[datetime, str]) -> Tuple:
    return tuple_(literal(before[0], answer_source.c.at.type), literal(before[1]))


def _counted(kind: Kind, since: datetime, agencies: Collection[str] | None) -> Select[Any]:
    table, source = RECORDS[kind], answer_source.c
    ours = (source.kind == kind, source.record_id == table.c.id, source.at >= since)
    outdated = or_(source.version < table.c.version, table.c.status != Status.PUBLISHED.value)
    # What was quoted from then on and is outdated has been changed from then on.
    wanted = [table.c.updated_at >= since, *([table.c.agency.in_(agencies)] if agencies is not None else [])]
    answers = func.count(source.answer_id)
    # An outer join, grouped in the order of an index: SQLite begins with the few records that were changed.
    return (
        select(literal(kind).label("kind"), table.c.id, answers.label("answers"))
        .join_from(table, answer_source, and_(*ours, outdated), isouter=True)
        .where(*wanted)
        .group_by(table.c.updated_at, table.c.id)
        .having(answers > 0)
    )


def _records(connection: Connection, counted: Mapping[RecordKey, int]) -> list[RecalledRecord]:
    """These records, in this order."""
    names = ("external_id", "title", "agency", "status", "version", "updated_at")
    found: dict[RecordKey, RecalledRecord] = {}
    for kind, table in RECORDS.items():
        numbers = [key.id for key in counted if key.kind == kind]
        chosen = select(table.c.id, *(table.c[name] for name in names)).where(table.c.id.in_(numbers))
        for number, *row in connection.execute(chosen):
            key = RecordKey(kind, number)
            given = dict(zip(names, row, strict=True))
            found[key] = RecalledRecord(
                **{**given, "status": Status(given["status"])}, kind=kind, answers=counted[key]
            )
    return [found[key] for key in counted]
