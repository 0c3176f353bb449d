"""What commands on contents have in common: what they touch, and the draft as the actor has seen it."""

from __future__ import annotations

from core.catalogue.reads import stored_record
from core.catalogue.record_writer import RecordWriter
from core.catalogue.records import StoredRecord
from core.commands import Act, Subject
from core.errors import BadInput, Conflict, NotFound
from knowledge_base.editing.drafts import Draft, State, find_draft, put_draft
from knowledge_base.editing.payloads import OfDraft, OfRecord
from knowledge_base.editing.records import record_subject, subjects_of
from knowledge_base.passages.chunk import CUTTING


def of_record(act: Act, given: OfRecord) -> tuple[Subject, ...]:
    """The record; there has to be one."""
    found = record_subject(act.connection, given.kind, given.external_id)
    if found is None:
        raise NotFound("no such record", public_message="没有这条内容。")
    return (found,)


def of_both(act: Act, given: OfRecord) -> tuple[Subject, ...]:
    """The record and its draft; there has to be one of them."""
    found = subjects_of(act.connection, given.kind, given.external_id)
    if not found:
        raise NotFound("no such record", public_message="没有这条内容，或者草稿已经删除。")
    return tuple(found)


def stored_of(act: Act, given: OfRecord) -> StoredRecord | None:
    """The record as it is stored."""
    return stored_record(act.connection, given.kind, given.external_id)


def version_of(held: StoredRecord | None) -> int:
    """Its version; 0 where there is none."""
    return held.version if held else 0


def seen(act: Act, given: OfDraft) -> Draft:
    """The draft, as the actor has seen it."""
    held = find_draft(act.connection, given.kind, given.external_id)
    if held is None or held.mark != given.mark:
        raise other_draft(held)
    return held


def reviewed(act: Act, given: OfDraft) -> Draft:
    """The draft, as the actor has seen it, in review."""
    held = seen(act, given)
    if held.state is not State.IN_REVIEW:
        raise BadInput("not in review", public_message="这份草稿没有提交审核。")
    return held


def other_draft(held: Draft | None) -> Conflict:
    """What is wrong where the draft is not the one that was seen."""
    if held is None:
        return Conflict("no draft", public_message="这份草稿已经发布或删除。")
    who = "、".join(held.authors)
    return Conflict("another draft", public_message=f"草稿在此期间又保存过（{who}），请先查看最新内容。")


def put_state(act: Act, given: OfRecord, state: State, comment: str) -> None:
    """Says who has to do something next; it waits for no hour any more."""
    waits = {"publish_at": None, "approved_by": None}
    values = {"state": state.value, "comment": comment, "updated_at": act.now, **waits}
    put_draft(act.connection, given.kind, given.external_id, values)


def writer_of(act: Act) -> RecordWriter:
    """Writes records within the command's transaction, in its actor's name."""
    return RecordWriter(act.connection, act.now, act.actor.login, CUTTING)
