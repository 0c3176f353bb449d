"""What editors do: drafts are saved, brought, discarded, submitted, and made of old versions."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from core.catalogue.documents import record_title
from core.catalogue.payloads import content_hash, to_payload
from core.catalogue.records import StoredRecord
from core.catalogue.versions import content_of as content_of_version
from core.commands import Act, Actor, Command, Done, Permission, Subject
from core.errors import BadInput, Conflict, NotFound
from knowledge_base.editing.acts import of_both, other_draft, put_state, seen, stored_of, version_of
from knowledge_base.editing.drafts import Content, State, drop_draft, find_draft, put_draft
from knowledge_base.editing.payloads import Bring, OfDraft, OfRecord, Restore, SaveDraft
from knowledge_base.editing.records import agency_of, content_of, subjects_of


def _all_three(act: Act, given: SaveDraft | Bring) -> tuple[Subject, ...]:
    """Also the agency that the draft would be of: nobody gives away or takes over what is another's."""
    own = Subject(given.kind, given.external_id, agency_of(act.connection, act.prepared.agency))
    return (*subjects_of(act.connection, given.kind, given.external_id), own)


def _checked(_: Actor, given: SaveDraft | Bring) -> Content:
    return content_of(given.kind, given.external_id, given.content)


def _save(act: Act, given: SaveDraft) -> Done:
    held = stored_of(act, given)
    if version_of(held) != given.base:
        raise Conflict("another version", public_message="已发布的内容在此期间有改动，请对照后再保存。")
    return _saved(act, given, _for_whom(act, given, held), given.mark)


def _bring(act: Act, given: Bring) -> Done:
    """Sent again, as after a broken connection, it is one draft; what is stored already needs none."""
    drafted, held = find_draft(act.connection, given.kind, given.external_id), stored_of(act, given)
    content = _for_whom(act, given, held)
    known = drafted.content if drafted else held.record if held and held.status.answers else None
    if known is not None and content_hash(known) == content_hash(content):
        return Done({"unchanged": True})
    return _saved(act, given, content, None)


def _for_whom(act: Act, given: SaveDraft | Bring, held: StoredRecord | None) -> Content:
    """The content; where it does not say whether it is internal, it is what the record is.

    A program or a file that knows nothing of it opens nothing to citizens.
    """
    content: Content = act.prepared
    if "internal" in given.content or held is None or not held.record.internal:
        return content
    return replace(content, internal=True)


def _saved(act: Act, given: OfRecord, content: Content, mark: str | None) -> Done:
    before = find_draft(act.connection, given.kind, given.external_id)
    if mark != (before.mark if before else None):
        raise other_draft(before)
    new = secrets.token_hex(8)
    base = version_of(stored_of(act, given))
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
        "publish_at": None,
        "approved_by": None,
    }
    put_draft(act.connection, given.kind, given.external_id, values)
    return Done({"title": values["title"], "base_version": base}, value=new)


def _discard(act: Act, given: OfDraft) -> Done:
    held = seen(act, given)
    drop_draft(act.connection, given.kind, given.external_id)
    return Done({"title": held.title, "authors": list(held.authors)})


def _submit(act: Act, given: OfDraft) -> Done:
    held = seen(act, given)
    if held.state is not State.EDITING:
        raise BadInput("in review already", public_message="这份草稿已在审核中。")
    put_state(act, given, State.IN_REVIEW, "")
    return Done({"title": held.title})


def _restore(act: Act, given: Restore) -> Done:
    content = _former(act, given)
    if content is None:
        raise NotFound("no such version", public_message="没有这个版本。")
    done = _saved(act, given, content, None)
    return Done({**done.details, "version": given.version}, value=done.value)


def _restored_agency(act: Act, given: Restore) -> tuple[Subject, ...]:
    """Also the agency that the version was of."""
    found, content = of_both(act, given), _former(act, given)
    if content is None:
        return found
    return (*found, Subject(given.kind, given.external_id, agency_of(act.connection, content.agency)))


def _former(act: Act, given: Restore) -> Content | None:
    held = stored_of(act, given)
    return content_of_version(act.connection, held.key, given.version) if held else None


def drafting_commands() -> tuple[Command[Any], ...]:
    """All of them."""
    edit = Permission.EDIT
    return (
        Command("content.save", edit, SaveDraft, _all_three, _save, _checked),
        Command("content.bring", edit, Bring, _all_three, _bring, _checked),
        Command("content.discard", edit, OfDraft, of_both, _discard),
        Command("content.submit", edit, OfDraft, of_both, _submit),
        Command("content.restore", edit, Restore, _restored_agency, _restore),
    )
