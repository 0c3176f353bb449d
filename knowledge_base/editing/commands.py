"""The commands that change what citizens are answered from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from core.catalogue.documents import record_title
from core.catalogue.keys import Kind
from core.catalogue.models import Status
from core.catalogue.payloads import content_hash, to_payload
from core.catalogue.reads import stored_record
from core.catalogue.record_writer import RecordWriter
from core.catalogue.records import StoredRecord
from core.catalogue.versions import content_of as content_of_version
from core.commands import Act, Actor, Command, Denied, Done, Payload, Permission, Subject
from core.errors import BadInput, Conflict, NotFound
from knowledge_base.editing.drafts import Content, Draft, State, drop_draft, find_draft, put_draft
from knowledge_base.editing.records import agency_of, content_of, record_subject, subjects_of
from knowledge_base.passages.chunk import CUTTING, chunk

ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Version = Annotated[int, Field(ge=1, lt=2**31)]
Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class OfRecord(Payload):
    """A record of the catalogue, or one that is to be."""

    kind: Kind
    external_id: ExternalId


class OfDraft(OfRecord):
    """A draft as the actor has seen it."""

    mark: Mark


class SaveDraft(OfRecord):
    """What a draft says from now on.

    Attributes:
        mark: Of the draft that it was written on; none where there was no draft.
        base: Version of the record that it was written on; 0 where there was no record.
    """

    mark: Mark | None = None
    base: Annotated[int, Field(ge=0, lt=2**31)]
    content: dict[str, Any]


class Bring(OfRecord):
    """A content out of a file: written on the record as it is, where there is no draft."""

    content: dict[str, Any]


class Reject(OfDraft):
    """A draft sent back, and why."""

    comment: Words


class OfVersion(OfRecord):
    """A record as the actor has seen it."""

    version: Version


class Withdraw(OfVersion):
    """A record taken out of every answer, and why."""

    reason: Words


class Restore(OfRecord):
    """A draft of what a record said in one of its versions."""

    version: Version


def _record(act: Act, given: OfRecord) -> tuple[Subject, ...]:
    found = record_subject(act.connection, given.kind, given.external_id)
    if found is None:
        raise NotFound("no such record", public_message="没有这条内容。")
    return (found,)


def _both(act: Act, given: OfRecord) -> tuple[Subject, ...]:
    found = subjects_of(act.connection, given.kind, given.external_id)
    if not found:
        raise NotFound("no such record", public_message="没有这条内容，或者草稿已经删除。")
    return tuple(found)


def _all_three(act: Act, given: SaveDraft | Bring) -> tuple[Subject, ...]:
    """Also the agency that the draft would be of: nobody gives away or takes over what is another's."""
    own = Subject(given.kind, given.external_id, agency_of(act.connection, act.prepared.agency))
    return (*subjects_of(act.connection, given.kind, given.external_id), own)


def _checked(_: Actor, given: SaveDraft | Bring) -> Content:
    return content_of(given.kind, given.external_id, given.content)


def _save(act: Act, given: SaveDraft) -> Done:
    if _version(_stored(act, given)) != given.base:
        raise Conflict("another version", public_message="已发布的内容在此期间有改动，请对照后再保存。")
    return _saved(act, given, act.prepared, given.mark)


def _bring(act: Act, given: Bring) -> Done:
    """Sent again, as after a broken connection, it is one draft; what is stored already needs none."""
    drafted, held = find_draft(act.connection, given.kind, given.external_id), _stored(act, given)
    known = drafted.content if drafted else held.record if held and held.status is Status.PUBLISHED else None
    if known is not None and content_hash(known) == content_hash(act.prepared):
        return Done({"unchanged": True})
    return _saved(act, given, act.prepared, None)


def _saved(act: Act, given: OfRecord, content: Content, mark: str | None) -> Done:
    before = find_draft(act.connection, given.kind, given.external_id)
    if mark != (before.mark if before else None):
        raise _other_draft(before)
    new = secrets.token_hex(8)
    base = _version(_stored(act, given))
    values = {
        "agency": agency_of(act.connection, content.agency),
        "title": record_title(content),
        "payload": to_payload(content),
        "base_version": base,
        "mark": new,
        # What was sent for review is another content now.
        "state": State.EDITING.value,
        "authors": sorted({*(before.authors if before else ()), act.actor.login}),
        "comment": before.comment if before else "",
        "updated_at": act.now,
    }
    put_draft(act.connection, given.kind, given.external_id, values)
    return Done({"title": values["title"], "base_version": base}, value=new)


def _discard(act: Act, given: OfDraft) -> Done:
    held = _seen(act, given)
    drop_draft(act.connection, given.kind, given.external_id)
    return Done({"title": held.title, "authors": list(held.authors)})


def _submit(act: Act, given: OfDraft) -> Done:
    held = _seen(act, given)
    if held.state is State.IN_REVIEW:
        raise BadInput("in review already", public_message="这份草稿已在审核中。")
    _put_state(act, given, State.IN_REVIEW, "")
    return Done({"title": held.title})


def _reject(act: Act, given: Reject) -> Done:
    held = _reviewed(act, given)
    _put_state(act, given, State.EDITING, given.comment)
    return Done({"title": held.title, "comment": given.comment})


def _publish(act: Act, given: OfDraft, *, two_persons: bool) -> Done:
    held = _reviewed(act, given)
    if two_persons and act.actor.login in held.authors:
        raise Denied("one's own draft", public_message="自己编辑的内容须由另一位同事审核发布。")
    if _version(_stored(act, given)) != held.base_version:
        raise Conflict(
            "another version", public_message="已发布的内容在此期间有改动，请退回草稿，对照后再提交。"
        )
    passages = chunk(held.content, record_title(held.content))
    result = _writer(act).put(held.content, passages, Status.PUBLISHED)
    drop_draft(act.connection, given.kind, given.external_id)
    version = _version(_stored(act, given))
    return Done({"title": held.title, "version": version, "passages": len(passages)}, value=result)


def _withdraw(act: Act, given: Withdraw) -> Done:
    _require(act, given, Status.PUBLISHED, "这条内容没有发布。")
    result = _writer(act).set_status(given.kind, given.external_id, Status.WITHDRAWN)
    drafted = find_draft(act.connection, given.kind, given.external_id)
    if drafted is not None and drafted.state is State.IN_REVIEW:
        # Published as it lies there it would bring back what was just taken out.
        _put_state(act, given, State.EDITING, f"已撤回：{given.reason}")
    return Done({"version": given.version, "reason": given.reason}, value=result)


def _show_again(act: Act, given: OfVersion) -> Done:
    _require(act, given, Status.WITHDRAWN, "这条内容没有撤回。")
    result = _writer(act).set_status(given.kind, given.external_id, Status.PUBLISHED)
    return Done({"version": given.version}, value=result)


def _require(act: Act, given: OfVersion, status: Status, otherwise: str) -> None:
    held = _stored(act, given)
    if held is None or held.status is not status:
        raise BadInput(f"not {status.value}", public_message=otherwise)
    if held.version != given.version:
        raise Conflict("another version")


def _restore(act: Act, given: Restore) -> Done:
    content = _former(act, given)
    if content is None:
        raise NotFound("no such version", public_message="没有这个版本。")
    done = _saved(act, given, content, None)
    return Done({**done.details, "version": given.version}, value=done.value)


def _restored_agency(act: Act, given: Restore) -> tuple[Subject, ...]:
    """Also the agency that the version was of."""
    found, content = _both(act, given), _former(act, given)
    if content is None:
        return found
    return (*found, Subject(given.kind, given.external_id, agency_of(act.connection, content.agency)))


def _former(act: Act, given: Restore) -> Content | None:
    held = _stored(act, given)
    return content_of_version(act.connection, held.key, given.version) if held else None


def _stored(act: Act, given: OfRecord) -> StoredRecord | None:
    return stored_record(act.connection, given.kind, given.external_id)


def _version(held: StoredRecord | None) -> int:
    return held.version if held else 0


def _seen(act: Act, given: OfDraft) -> Draft:
    """The draft, as the actor has seen it."""
    held = find_draft(act.connection, given.kind, given.external_id)
    if held is None or held.mark != given.mark:
        raise _other_draft(held)
    return held


def _reviewed(act: Act, given: OfDraft) -> Draft:
    held = _seen(act, given)
    if held.state is not State.IN_REVIEW:
        raise BadInput("not in review", public_message="这份草稿没有提交审核。")
    return held


def _other_draft(held: Draft | None) -> Conflict:
    if held is None:
        return Conflict("no draft", public_message="这份草稿已经发布或删除。")
    who = "、".join(held.authors)
    return Conflict("another draft", public_message=f"草稿在此期间又保存过（{who}），请先查看最新内容。")


def _put_state(act: Act, given: OfRecord, state: State, comment: str) -> None:
    values = {"state": state.value, "comment": comment, "updated_at": act.now}
    put_draft(act.connection, given.kind, given.external_id, values)


def _writer(act: Act) -> RecordWriter:
    return RecordWriter(act.connection, act.now, act.actor.login, CUTTING)


@dataclass(frozen=True)
class Editing:
    """The commands of this room as an installation wants them.

    Attributes:
        two_persons: Nobody publishes what they have edited themselves.
    """

    two_persons: bool = True

    @property
    def commands(self) -> tuple[Command[Any], ...]:
        """All of them."""

        def publish(act: Act, given: OfDraft) -> Done:
            return _publish(act, given, two_persons=self.two_persons)

        edit, review = Permission.EDIT, Permission.REVIEW
        return (
            Command("content.save", edit, SaveDraft, _all_three, _save, _checked),
            Command("content.bring", edit, Bring, _all_three, _bring, _checked),
            Command("content.discard", edit, OfDraft, _both, _discard),
            Command("content.submit", edit, OfDraft, _both, _submit),
            Command("content.restore", edit, Restore, _restored_agency, _restore),
            Command("content.reject", review, Reject, _both, _reject),
            Command("content.publish", review, OfDraft, _both, publish),
            Command("content.withdraw", review, Withdraw, _record, _withdraw),
            Command("content.show_again", review, OfVersion, _record, _show_again),
        )
