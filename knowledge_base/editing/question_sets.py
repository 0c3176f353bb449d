"""An agency's questions with what the answers have to be, as they are stored."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from core.catalogue.keys import Kind
from core.text.normalise import fold
from knowledge_base.editing.tables import regression_question, regression_run

_PER_AGENCY = 200
_KEY = 300


@dataclass(frozen=True)
class Expected:
    """A question and its answer, as far as it is fixed.

    Attributes:
        agency: External id; None of a question that belongs to no agency.
        region: District of whoever asks; empty is none.
        refused: It is not to be answered.
        kind, external_id: Record that the answer is to come from; None leaves it open.
        words: What the answer has to say, white space ignored; empty leaves it open.
    """

    question: str
    agency: str | None = None
    region: str = ""
    refused: bool = False
    kind: Kind | None = None
    external_id: str | None = None
    words: str = ""
    id: int = 0

    @property
    def digest(self) -> str:
        """What tells it, with what is expected, from other questions."""
        said = (self.question, self.region, self.refused, self.kind, self.external_id, self.words)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Run:
    """What came of all questions, before and after.

    Attributes:
        results: Per question: `question`, `asked` (its digest), `before`, `after` (whether right), `said` and
            `status` after.
    """

    author: str
    at: datetime
    right_before: int
    right_after: int
    newly_wrong: int
    results: Sequence[Mapping[str, Any]]


def questions_of(connection: Connection, agency: str | None, limit: int = _PER_AGENCY) -> list[Expected]:
    """Questions that a publication of an agency must not spoil: its own, then those of no agency."""
    own = regression_question.c.agency.in_({agency or "", ""})
    order = (regression_question.c.agency.desc(), regression_question.c.id)
    rows = connection.execute(select(regression_question).where(own).order_by(*order).limit(limit))
    return [_expected(row) for row in rows]


def listed_questions(
    connection: Connection, agencies: Collection[str] | None, *, words: str = "", limit: int, offset: int
) -> tuple[list[Expected], int]:
    """Questions of these agencies, of all where None is given, and how many there are."""
    wanted: list[ColumnElement[bool]] = []
    if agencies is not None:
        wanted.append(regression_question.c.agency.in_(agencies))
    if words:
        wanted.append(regression_question.c.key.contains(fold(words), autoescape=True))
    count = select(func.count()).select_from(regression_question).where(*wanted)
    found = select(regression_question).where(*wanted).order_by(regression_question.c.id.desc())
    rows = connection.execute(found.limit(limit).offset(offset))
    return [_expected(row) for row in rows], connection.execute(count).scalar_one()


def find_question(connection: Connection, number: int) -> Expected | None:
    """One question by its number."""
    row = connection.execute(
        select(regression_question).where(regression_question.c.id == number)
    ).one_or_none()
    return _expected(row) if row is not None else None


def count_of(connection: Connection, agency: str | None) -> int:
    """How many questions an agency has of its own."""
    own = regression_question.c.agency == (agency or "")
    return connection.execute(select(func.count()).select_from(regression_question).where(own)).scalar_one()


def put_question(connection: Connection, one: Expected, author: str, at: datetime) -> int:
    """Writes a question, in the place of the same one of the same agency and region; its number."""
    key = fold(one.question)[:_KEY]
    place = {"agency": one.agency or "", "key": key, "region": one.region}
    values = {
        "question": one.question, "refused": one.refused, "kind": one.kind,
        "external_id": one.external_id, "words": one.words, "author": author, "updated_at": at,
    }  # fmt: skip
    same = [regression_question.c[name] == value for name, value in place.items()]
    number = connection.execute(select(regression_question.c.id).where(*same)).scalar()
    if number is not None:
        connection.execute(
            update(regression_question).where(regression_question.c.id == number).values(values)
        )
        return int(number)
    new = insert(regression_question).values(**place, **values).returning(regression_question.c.id)
    return int(connection.execute(new).scalar_one())


def drop_question(connection: Connection, number: int) -> None:
    """Removes a question."""
    connection.execute(delete(regression_question).where(regression_question.c.id == number))


def put_run(connection: Connection, kind: Kind, external_id: str, mark: str, run: Run) -> None:
    """Keeps the run of a draft; those of the record's earlier drafts are dropped."""
    own = (regression_run.c.kind == kind, regression_run.c.external_id == external_id)
    connection.execute(delete(regression_run).where(*own))
    values = {
        "author": run.author, "at": run.at, "right_before": run.right_before, "right_after": run.right_after,
        "newly_wrong": run.newly_wrong, "results": [dict(one) for one in run.results],
    }  # fmt: skip
    connection.execute(insert(regression_run).values(kind=kind, external_id=external_id, mark=mark, **values))


def run_of(connection: Connection, kind: Kind, external_id: str, mark: str) -> Run | None:
    """The run of a draft as it is; None where it was not run since the last save."""
    own = (
        regression_run.c.kind == kind,
        regression_run.c.external_id == external_id,
        regression_run.c.mark == mark,
    )
    row = connection.execute(select(regression_run).where(*own)).one_or_none()
    if row is None:
        return None
    return Run(row.author, row.at, row.right_before, row.right_after, row.newly_wrong, tuple(row.results))


def _expected(row: Row[*tuple[Any, ...]]) -> Expected:
    return Expected(
        question=row.question,
        agency=row.agency or None,
        region=row.region,
        refused=row.refused,
        kind=row.kind,
        external_id=row.external_id,
        words=row.words,
        id=row.id,
    )
