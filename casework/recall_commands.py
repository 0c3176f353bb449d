"""The command that corrects answers: those who were told what is outdated, and agreed to it, hear of it."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints
from sqlalchemy import insert, select

from casework.recalls import MOST_DAYS, Outdated, outdated_below
from casework.tables import correction
from core.catalogue.keys import Kind
from core.catalogue.models import Status
from core.catalogue.reads import stored_record
from core.catalogue.records import StoredRecord
from core.catalogue.registers import agency_named
from core.citizens.recall import citizens_to_tell
from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.errors import BadInput, Conflict, NotFound
from core.jobs.kinds import Kind as JobKind
from core.jobs.queue import enqueue

LEAST_TEXT: Final = 10
MOST_TEXT: Final = 500
# A page that was opened yesterday begins a day earlier.
_MOST: Final = timedelta(days=MOST_DAYS + 2)


def readable(text: Any) -> Any:
    """A text with one sign for the end of a line.

    Raises:
        ValueError: It has signs that nobody can read, or that a database does not keep.
    """
    if not isinstance(text, str):
        return text
    lines = text.replace("\r\n", "\n").strip()
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Co") and sign != "\n" for sign in lines):
        raise ValueError("signs that cannot be read")
    return lines


Words = Annotated[
    str, BeforeValidator(readable), StringConstraints(min_length=LEAST_TEXT, max_length=MOST_TEXT)
]


class Correct(Payload):
    """A correction, as whoever sends it has seen the record and whom it will reach.

    Attributes:
        version: The record's, then.
        withdrawn: Citizens did not see it any more.
        since: Of answers from then on.
        citizens: How many were to be told.
        text: What has changed.
    """

    kind: Kind
    external_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    version: Annotated[int, Field(ge=1, lt=2**31)]
    withdrawn: bool
    since: AwareDatetime
    citizens: Annotated[int, Field(ge=1, lt=2**31)]
    text: Words


def _held(act: Act, given: Correct) -> StoredRecord:
    held = stored_record(act.connection, given.kind, given.external_id)
    if held is None:
        raise NotFound("no such record", public_message="没有这条内容。")
    return held


def _touched(act: Act, given: Correct) -> tuple[Subject, ...]:
    owner = agency_named(act.connection, _held(act, given).record.agency)
    return (Subject(given.kind, given.external_id, owner.external_id if owner else None),)


def _correct(act: Act, given: Correct) -> Done:
    held = _held(act, given)
    if not act.now - _MOST <= given.since <= act.now:
        raise BadInput("since", public_message=f"只能更正最近 {MOST_DAYS} 天的答复。")
    public = held.status is Status.PUBLISHED
    if (held.version, not public) != (given.version, given.withdrawn):
        raise Conflict("another version", public_message="这条内容在此期间有变化，请重新核对后再发送。")
    _check_new(act, given, held)
    below = outdated_below(held.version, public=public)
    of = Outdated(held.key, below, given.since)
    citizens = citizens_to_tell(act.connection, of.key, of.below, of.since)
    if citizens != given.citizens:
        said = f"可以通知的人数有变化，现在是 {citizens} 人，请重新核对后再发送。"
        raise Conflict("another number of citizens", public_message=said)
    row = {
        "kind": held.key.kind, "record_id": held.key.id, "version": held.version, "withdrawn": not public,
        "since": given.since, "text": given.text, "by": act.actor.login, "at": act.now, "told": 0,
    }  # fmt: skip
    number = act.connection.execute(insert(correction).values(**row).returning(correction.c.id)).scalar_one()
    job = enqueue(
        act.connection, JobKind.CORRECT, {"correction": number},
        by=act.actor.login, now=act.now, unique=f"correct:{number}",
    )  # fmt: skip
    details = {"correction": number, "version": held.version, "citizens": citizens, "job": job}
    return Done({**details, "since": given.since.isoformat(), "text": given.text}, value=job)


def _check_new(act: Act, given: Correct, held: StoredRecord) -> None:
    """A form that is sent twice tells nobody the same twice."""
    same = select(correction.c.id).where(
        correction.c.kind == held.key.kind,
        correction.c.record_id == held.key.id,
        correction.c.version == given.version,
        correction.c.text == given.text,
    )
    if act.connection.execute(same).first() is not None:
        raise Conflict("sent already", public_message="同样的更正已经发送过。")


# What reaches citizens in an agency's name is sent by those who publish for it: these words are looked at by
# nobody else, and cannot be taken back.
RECALL_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("recall.correct", Permission.REVIEW, Correct, _touched, _correct),
)
