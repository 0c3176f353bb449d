"""The log of answers as staff read it: a page at a time, from the latest on, never the whole of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, func, or_, select

from casework.filters import ANY, Asking
from casework.tables import grouped_question, question_group
from core.answering import AnswerStatus, Aspect
from core.catalogue.keys import Kind, RecordKey
from core.catalogue.tables import RECORDS
from core.citizens.tables import answer_log, answer_source, feedback
from core.database.engine import reading

# So many rows of the log are looked through for one page at most, whatever is looked for: some 0.1 s.
WINDOW: Final = 20_000
_GONE: Final = "（内容已删除）"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an answer stands in the log."""

    at: datetime
    answer_id: str


@dataclass(frozen=True)
class Wanted:
    """Which answers are looked for; what is None does not matter.

    Attributes:
        agency: External id: whose guide or text was quoted; where none was, to whom the question was given.
        badly: A citizen said that it was of no use.
    """

    status: AnswerStatus | None = None
    agency: str | None = None
    asking: Asking = ANY
    badly: bool = False


@dataclass(frozen=True, slots=True)
class Logged:
    """An answer of the log.

    Attributes:
        question: Masked; empty where it was erased, or never kept.
        item: Name of the service item that it was about.
        sources: Titles of what it quoted.
        useful: What the citizen said, if anything.
    """

    id: str
    question: str
    status: str
    item: str | None
    sources: Sequence[str]
    at: datetime
    agency: str | None
    useful: bool | None


@dataclass(frozen=True, slots=True)
class Page:
    """Answers, the latest first.

    Attributes:
        next: From where to go on; None where there are no more.
        is_cut: It was not filled: so far the log was looked through, and no further.
    """

    answers: Sequence[Logged]
    next: Place | None
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Quoted:
    """What an answer quoted.

    Attributes:
        version: What it was then.
        current: The record's version now; None where there is no such record any more.
    """

    kind: Kind
    record_id: int
    version: int
    external_id: str | None
    title: str
    current: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer with all that is known of it.

    Attributes:
        agency: Whose guide or text was quoted.
        group, group_agency: The group of questions that it is in, and to whom that was given.
        step_ms: What took how long, in milliseconds.
        useful, reason, text: What the citizen said of it, masked.
    """

    id: str
    question: str
    status: str
    item_id: int | None
    aspect: Aspect | None
    passage_ids: Sequence[int]
    step_ms: dict[str, float]
    channel: str
    region: str | None
    at: datetime
    agency: str | None
    group: int | None
    group_agency: str | None
    quoted: Sequence[Quoted]
    useful: bool | None
    reason: str | None
    text: str | None

    @property
    def owner(self) -> str | None:
        """Whose it is: the quoted agency's, else the one's to whom the question was given."""
        return self.agency if self.agency is not None else self.group_agency


class LoggedAnswers:
    """Reads of the log."""

    def __init__(self, engine: Engine, window: int = WINDOW) -> None:
        self._engine = engine
        self._window = window

    def page(self, wanted: Wanted, most: int = 50, before: Place | None = None) -> Page:
        """Answers, the latest first, from a place on.

        Without a total: counting would read the log. Where what is looked for is rare, the page ends with
        what was found in a window, and `next` goes on behind it.
        """
        found: list[Place] = []
        cuts: list[Place] = []
        with reading(self._engine) as connection:
            for way in _ways(wanted, before):
                places, end = way.look(connection, self._window, most + 1)
                found += places
                if len(places) <= most and end is not None:
                    cuts.append(end)
            # Of what lies behind the first cut not all is known yet.
            cut = max(cuts, default=None)
            known = sorted((one for one in found if cut is None or one >= cut), reverse=True)
            answers = _answers(connection, known[:most])
        if len(known) > most:
            return Page(answers, known[most - 1], is_cut=False)
        return Page(answers, cut, is_cut=cut is not None)

    def one(self, answer_id: str) -> Answer | None:
        """An answer by its id."""
        held = answer_log.outerjoin(grouped_question, grouped_question.c.answer_id == answer_log.c.id)
        held = held.outerjoin(question_group, question_group.c.id == grouped_question.c.group_id)
        held = held.outerjoin(feedback, feedback.c.answer_id == answer_log.c.id)
        more = (
            question_group.c.id.label("group"), question_group.c.agency.label("group_agency"),
            feedback.c.useful, feedback.c.reason, feedback.c.text,
        )  # fmt: skip
        with reading(self._engine) as connection:
            found = select(answer_log, *more).select_from(held).where(answer_log.c.id == answer_id)
            row = connection.execute(found).one_or_none()
            if row is None:
                return None
            quoted = _quoted(connection, [answer_id]).get(answer_id, [])
        return Answer(
            id=row.id, question=row.question, status=row.status, item_id=row.item_id,
            aspect=Aspect(row.aspect) if row.aspect else None, passage_ids=list(row.passage_ids),
            step_ms=dict(row.step_ms), channel=row.channel, region=row.region, at=row.created,
            agency=row.agency, group=row.group, group_agency=row.group_agency, quoted=quoted,
            useful=row.useful, reason=row.reason, text=row.text,
        )  # fmt: skip


@dataclass(frozen=True)
class _ByIndex:
    """What an index of the log gives in order of time.

    Attributes:
        within: Conditions that the index answers.
        like: All others. They are written so that no other index tempts the database: that would go through
            all rows of a status to find those of an agency.
    """

    within: Sequence[ColumnElement[bool]]
    like: Sequence[ColumnElement[bool]]

    def look(self, connection: Connection, window: int, most: int) -> tuple[list[Place], Place | None]:
        """The latest that do, and, where not all rows were looked at, where that ended."""
        rows = select(answer_log.c.created, answer_log.c.id).where(*self.within)
        rows = rows.order_by(answer_log.c.created.desc(), answer_log.c.id.desc())
        end = _first(connection, rows.offset(window - 1)) if self.like else None
        seen = [answer_log.c.created >= end.at] if end is not None else []
        found = connection.execute(rows.where(*seen, *self.like).limit(most))
        return [Place(row.created, row.id) for row in found], end


@dataclass(frozen=True)
class _GivenTo:
    """What quoted nobody, in groups that were given to an agency. All that is there is sorted first."""

    agency: str
    asking: Asking
    before: Place | None
    like: Sequence[ColumnElement[bool]]

    def look(self, connection: Connection, window: int, most: int) -> tuple[list[Place], Place | None]:
        """As of an index; each row costs more here, so that fewer are looked at."""
        window = max(1, window // 4)
        held = grouped_question.c
        given = select(question_group.c.id).where(question_group.c.agency == self.agency)
        asked = self.asking.conditions(held.asked, held.channel, held.region, held.item_id)
        rows = select(held.asked.label("created"), held.answer_id.label("id")).where(held.group_id.in_(given))
        rows = rows.where(*asked, *_behind(self.before, held.asked, held.answer_id))
        rows = rows.order_by(held.asked.desc(), held.answer_id.desc())
        some = rows.limit(window).subquery("given")
        nobodys = func.coalesce(answer_log.c.agency, "") == ""
        chosen = select(answer_log.c.created, answer_log.c.id).join(some, some.c.id == answer_log.c.id)
        chosen = chosen.where(nobodys, *self.like)
        latest = chosen.order_by(answer_log.c.created.desc(), answer_log.c.id.desc()).limit(most)
        found = [Place(row.created, row.id) for row in connection.execute(latest)]
        return found, _first(connection, rows.offset(window - 1))


def _ways(wanted: Wanted, before: Place | None) -> list[_ByIndex | _GivenTo]:
    """By what the log is looked through, the rarest thing that is asked for; together they find all."""
    log, asking = answer_log.c, wanted.asking
    within = [*_between(asking), *_behind(before, log.created, log.id)]
    text = {name: func.coalesce(log[name], "") for name in ("status", "channel", "region")}
    item = func.coalesce(log.item_id, 0)
    like = replace(asking, since=None, until=None).conditions(
        log.created, text["channel"], text["region"], item
    )
    of_status = [text["status"] == wanted.status] if wanted.status is not None else []
    bad = and_(feedback.c.answer_id == log.id, feedback.c.useful.is_(False))
    rated = [exists().where(bad)] if wanted.badly else []
    if wanted.agency is not None:
        own = [log.agency == wanted.agency, *within]
        given = _GivenTo(wanted.agency, asking, before, [*of_status, *rated])
        return [_ByIndex(own, [*like, *of_status, *rated]), given]
    if asking.items is not None and len(asking.items) == 1:
        other = replace(asking, items=None, since=None, until=None)
        like = other.conditions(log.created, text["channel"], text["region"], item)
        return [_ByIndex([log.item_id == next(iter(asking.items)), *within], [*like, *of_status, *rated])]
    if wanted.status is not None:
        return [_ByIndex([log.status == wanted.status, *within], [*like, *rated])]
    return [_ByIndex(within, [*like, *rated])]


def _between(asking: Asking) -> list[ColumnElement[bool]]:
    log = answer_log.c
    times = Asking(since=asking.since, until=asking.until)
    return times.conditions(log.created, log.channel, log.region, log.item_id)


def _behind(before: Place | None, at: Any, answer_id: Any) -> list[ColumnElement[bool]]:
    if before is None:
        return []
    return [at <= before.at, or_(at < before.at, answer_id < before.answer_id)]


def _first(connection: Connection, rows: Select[Any]) -> Place | None:
    row = connection.execute(rows.limit(1)).first()
    return Place(row.created, row.id) if row else None


def _answers(connection: Connection, places: Sequence[Place]) -> list[Logged]:
    wanted = [one.answer_id for one in places]
    item = RECORDS["item"]
    named = answer_log.outerjoin(item, item.c.id == answer_log.c.item_id)
    named = named.outerjoin(feedback, feedback.c.answer_id == answer_log.c.id)
    columns = (
        answer_log.c.id, answer_log.c.question, answer_log.c.status, item.c.title, answer_log.c.agency,
        feedback.c.useful,
    )  # fmt: skip
    found = connection.execute(select(*columns).select_from(named).where(answer_log.c.id.in_(wanted)))
    rows = {row.id: row for row in found}
    quoted = _quoted(connection, wanted)
    return [
        Logged(
            row.id, row.question, row.status, row.title, [q.title for q in quoted.get(row.id, ())],
            one.at, row.agency, row.useful,
        )
        for one in places
        if (row := rows.get(one.answer_id)) is not None
    ]  # fmt: skip


def _quoted(connection: Connection, answer_ids: Sequence[str]) -> dict[str, list[Quoted]]:
    """What answers quoted, guides first."""
    source = answer_source.c
    # Without their kind: SQLite would take an index that begins with it, and read all there are.
    chosen = select(source.answer_id, source.kind, source.record_id, source.version)
    chosen = chosen.where(source.answer_id.in_(answer_ids)).order_by(source.answer_id)
    rows = sorted(connection.execute(chosen), key=lambda row: (row.kind != "item", row.record_id))
    names = _names(connection, [RecordKey(row.kind, row.record_id) for row in rows])
    found: dict[str, list[Quoted]] = {}
    for row in rows:
        external_id, title, current = names.get(RecordKey(row.kind, row.record_id), (None, _GONE, None))
        one = Quoted(row.kind, row.record_id, row.version, external_id, title, current)
        found.setdefault(row.answer_id, []).append(one)
    return found


def _names(
    connection: Connection, keys: Sequence[RecordKey]
) -> dict[RecordKey, tuple[str | None, str, int | None]]:
    """How records are called by their agency and by title, and their version now."""
    found: dict[RecordKey, tuple[str | None, str, int | None]] = {}
    for kind, table in RECORDS.items():
        numbers = {key.id for key in keys if key.kind == kind}
        columns = (table.c.id, table.c.external_id, table.c.title, table.c.version)
        for row in connection.execute(select(*columns).where(table.c.id.in_(numbers))):
            found[RecordKey(kind, row.id)] = (row.external_id, row.title, row.version)
    return found
