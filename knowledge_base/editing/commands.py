"""The commands that change what citizens are answered from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from core.catalogue.documents import record_title
from core.catalogue.keys import Kind, RecordKey
from core.catalogue.models import Status
from core.catalogue.payloads import to_payload
from core.catalogue.record_writer import RecordWriter, stored
from core.catalogue.versions import content_of as content_of_version
from core.commands import Act, Command, Denied, Done, Payload, Permission, Subject
from core.errors import BadInput, Conflict, NotFound
from knowledge_base.editing.drafts import Content, Draft, State, drop_draft, find_draft, put_draft
from knowledge_base.editing.records import agency_of, content_of, subjects_of
from knowledge_base.passages.chunk import CUTTING, chunk

ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Count = Annotated[int, Field(ge=0, lt=2**31)]


class OfRecord(Payload):
    """A record of the catalogue, or one that is to be."""

    kind: Kind
    external_id: ExternalId


class OfEdit(OfRecord):
    """A draft as the actor has seen it: `edit` is how often it had been saved."""

    edit: Count


class SaveDraft(OfEdit):
    """What a draft says from now on; `edit` is 0 where there is none yet."""

    content: dict[str, Any]


class Reject(OfEdit):
    """A draft sent back, and why."""

    comment: Words


class Withdraw(OfRecord):
    """A record taken out of every answer, and why."""

    reason: Words


class Restore(OfRecord):
    """A draft of what a record said in one of its versions."""

    version: Annotated[int, Field(ge=1, lt=2**31)]


def _both(act: Act, given: OfRecord) -> tuple[Subject, ...]:
    return tuple(subjects_of(act.connection, given.kind, given.external_id))


def _all_three(act: Act, given: SaveDraft) -> tuple[Subject, ...]:
    """Also the agency that the draft would be of: nobody gives away or takes over what is another's."""
    content = content_of(given.kind, given.external_id, given.content)
    own = Subject(given.kind, given.external_id, agency_of(act.connection, content.agency))
    return (*_both(act, given), own)


def _save(act: Act, given: SaveDraft) -> Done:
    return _saved(act, given, content_of(given.kind, given.external_id, given.content), given.edit)


def _saved(act: Act, given: OfRecord, content: Content, edit: int) -> Done:
    before = find_draft(act.connection, given.kind, given.external_id)
    if edit != (before.edit if before else 0):
        raise Conflict("another edit", public_message="这份草稿已被他人修改，请先查看最新内容。")
    known = stored(act.connection, given.kind, given.external_id)
    base = before.base_version if before else known.version if known else 0
    authors = sorted({*(before.authors if before else ()), act.actor.login})
    values = {
        "agency": agency_of(act.connection, content.agency),
        "title": record_title(content),
        "payload": to_payload(content),
        "base_version": base,
        "edit": edit + 1,
        # What was sent for review is another content now.
        "state": State.EDITING.value,
        "authors": authors,
        "comment": before.comment if before else "",
        "updated_at": act.now,
    }
    put_draft(act.connection, given.kind, given.external_id, values)
    return Done({"title": values["title"], "edit": edit + 1, "base_version": base}, value=edit + 1)


def _discard(act: Act, given: OfEdit) -> Done:
    held = _seen(act, given)
    drop_draft(act.connection, given.kind, given.external_id)
    return Done({"title": held.title, "edit": held.edit})


def _submit(act: Act, given: OfEdit) -> Done:
    held = _seen(act, given)
    if held.state is State.IN_REVIEW:
        raise BadInput("in review already", public_message="这份草稿已在审核中。")
    _put_state(act, given, State.IN_REVIEW, "")
    return Done({"title": held.title, "edit": held.edit})


def _reject(act: Act, given: Reject) -> Done:
    held = _reviewed(act, given)
    _put_state(act, given, State.EDITING, given.comment)
    return Done({"title": held.title, "edit": held.edit, "comment": given.comment})


def _publish(act: Act, given: OfEdit, *, two_persons: bool) -> Done:
    held = _reviewed(act, given)
    if two_persons and act.actor.login in held.authors:
        raise Denied("one's own draft", public_message="自己编辑的内容须由另一位同事审核发布。")
    known = stored(act.connection, given.kind, given.external_id)
    if (known.version if known else 0) != held.base_version:
        raise Conflict(
            "the record was changed", public_message="已发布的内容在此期间有改动，请退回草稿，对照后再提交。"
        )
    passages = chunk(held.content, record_title(held.content))
    result = _writer(act).put(held.content, passages, Status.PUBLISHED)
    drop_draft(act.connection, given.kind, given.external_id)
    after = stored(act.connection, given.kind, given.external_id)
    version = after.version if after else 1
    return Done({"title": held.title, "version": version, "passages": len(passages)}, value=result)


def _withdraw(act: Act, given: Withdraw) -> Done:
    result = _writer(act).set_status(given.kind, given.external_id, Status.WITHDRAWN)
    if result.outcome == "unchanged":
        raise BadInput("withdrawn already", public_message="这条内容已经撤回。")
    return Done({"reason": given.reason}, value=result)


def _show_again(act: Act, given: OfRecord) -> Done:
    known = stored(act.connection, given.kind, given.external_id)
    if known is None or known.status != Status.WITHDRAWN:
        raise BadInput("not withdrawn", public_message="这条内容没有撤回。")
    result = _writer(act).set_status(given.kind, given.external_id, Status.PUBLISHED)
    return Done({"version": known.version}, value=result)


def _restore(act: Act, given: Restore) -> Done:
    content = _former(act, given)
    if content is None:
        raise NotFound("no such version", public_message="没有这个版本。")
    if find_draft(act.connection, given.kind, given.external_id) is not None:
        raise Conflict("there is a draft", public_message="已有一份草稿，请先处理它。")
    done = _saved(act, given, content, 0)
    return Done({**done.details, "version": given.version}, value=done.value)


def _restored_agency(act: Act, given: Restore) -> tuple[Subject, ...]:
    """Also the agency that the version was of."""
    content = _former(act, given)
    if content is None:
        return _both(act, given)
    own = Subject(given.kind, given.external_id, agency_of(act.connection, content.agency))
    return (*_both(act, given), own)


def _former(act: Act, given: Restore) -> Content | None:
    known = stored(act.connection, given.kind, given.external_id)
    return (
        content_of_version(act.connection, RecordKey(given.kind, known.id), given.version) if known else None
    )


def _seen(act: Act, given: OfEdit) -> Draft:
    """The draft, as the actor has seen it."""
    held = find_draft(act.connection, given.kind, given.external_id)
    if held is None:
        raise NotFound("no such draft", public_message="没有这份草稿。")
    if held.edit != given.edit:
        raise Conflict("another edit", public_message="这份草稿已被他人修改，请先查看最新内容。")
    return held


def _reviewed(act: Act, given: OfEdit) -> Draft:
    held = _seen(act, given)
    if held.state is not State.IN_REVIEW:
        raise BadInput("not in review", public_message="这份草稿没有提交审核。")
    return held


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

        def publish(act: Act, given: OfEdit) -> Done:
            return _publish(act, given, two_persons=self.two_persons)

        edit, review = Permission.EDIT, Permission.REVIEW
        return (
            Command("content.save", edit, SaveDraft, _all_three, _save),
            Command("content.discard", edit, OfEdit, _both, _discard),
            Command("content.submit", edit, OfEdit, _both, _submit),
            Command("content.restore", edit, Restore, _restored_agency, _restore),
            Command("content.reject", review, Reject, _both, _reject),
            Command("content.publish", review, OfEdit, _both, publish),
            Command("content.withdraw", review, Withdraw, _both, _withdraw),
            Command("content.show_again", review, OfRecord, _both, _show_again),
        )
