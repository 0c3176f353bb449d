"""Corrections of answers: what staff tell those who were told something else before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from casework.grouping import title_of
from casework.listing import UNTITLED
from casework.recalls import Outdated, outdated_below
from casework.tables import correction
from core.catalogue.keys import RecordKey
from core.citizens.recall import told_before
from core.citizens.tables import answer_log

TITLE = "您得到过的答复有更正"
WHY = "您同意过“有了答复或更正时通知我”，当时给您的答复引用的内容后来有了变化。"


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction.

    Attributes:
        version: The record's version then.
        withdrawn: Citizens did not see the record any more.
        since, at: Of answers from one to the other; `at` is when it was written.
        text: What has changed, in the words of staff.
        told: How many citizens it has reached so far.
    """

    id: int
    key: RecordKey
    version: int
    withdrawn: bool
    since: datetime
    text: str
    by: str
    at: datetime
    told: int

    @property
    def outdated(self) -> Outdated:
        """Which answers it is about."""
        return Outdated(self.key, outdated_below(self.version, public=not self.withdrawn), self.since)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the citizen who is told, masked as it was logged; empty where it was erased."""

    question: str
    at: datetime


def find_correction(connection: Connection, number: int) -> Correction | None:
    """One correction."""
    row = connection.execute(select(correction).where(correction.c.id == number)).mappings().one_or_none()
    return _correction(row) if row is not None else None


def corrections_of(connection: Connection, key: RecordKey, most: int = 20) -> list[Correction]:
    """The latest corrections of answers that quoted a record, the latest first."""
    ours = (correction.c.kind == key.kind, correction.c.record_id == key.id)
    found = select(correction).where(*ours).order_by(correction.c.id.desc()).limit(most)
    return [_correction(row) for row in connection.execute(found).mappings()]


def answers_to_correct(connection: Connection, of: Correction) -> dict[str, str]:
    """The last answer that each citizen who wants to hear of it was given, by citizen, in their order."""
    outdated = of.outdated
    told = told_before(connection, outdated.key, outdated.below, outdated.since, wanted=True)
    # A record that is shown again is quoted as it is.
    last = {one.citizen: one.answer_id for one in told if one.citizen is not None and one.at <= of.at}
    return dict(sorted(last.items()))


def questions_of(connection: Connection, answers: Collection[str]) -> dict[str, Asked]:
    """What was asked, by answer; of some thousand answers at most."""
    columns = (answer_log.c.id, answer_log.c.question, answer_log.c.created)
    found = select(*columns).where(answer_log.c.id.in_(answers))
    return {row.id: Asked(row.question, row.created) for row in connection.execute(found)}


def note_told(connection: Connection, number: int, told: int) -> None:
    """Keeps how many were told; a run from the beginning takes nothing back."""
    fewer = (correction.c.id == number, correction.c.told < told)
    connection.execute(update(correction).where(*fewer).values(told=told))


def correction_text(asked: Asked, changed: str, now: str | None) -> str:
    """The text of a notice.

    Args:
        asked: With its time in the city's zone.
        changed: In the words of staff.
        now: Title of the record; None where citizens do not see it.
    """
    question = title_of(asked.question) if asked.question else UNTITLED
    begins = f"您在{asked.at.month}月{asked.at.day}日问过：“{question}”\n\n当时的答复引用的内容后来有变化："
    stands = (
        f"现在的内容见《{now}》。在对话里输入这个名称，就能看到。"
        if now is not None
        else "这项内容目前不再对外公开，或者已经失效。"
    )
    return f"{begins}\n{changed}\n\n{stands}"


def _correction(row: RowMapping) -> Correction:
    given = {name: value for name, value in row.items() if name not in ("kind", "record_id")}
    return Correction(key=RecordKey(row["kind"], row["record_id"]), **given)
