"""What reviewers do: drafts are published, now or at a set hour, or sent back; records are withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from core.catalogue.documents import record_title
from core.catalogue.models import Document, ServiceItem, Status
from core.catalogue.reads import stored_record
from core.catalogue.records import StoredRecord
from core.commands import Act, Actor, Command, Denied, Done, Permission, Subject
from core.errors import BadInput, Conflict
from knowledge_base.editing.acts import (
    of_both,
    of_record,
    put_state,
    reviewed,
    seen,
    stored_of,
    version_of,
    writer_of,
)
from knowledge_base.editing.drafts import Draft, State, drop_draft, find_draft, put_draft
from knowledge_base.editing.payloads import OfDraft, OfVersion, Reject, Schedule, Unschedule, Withdraw
from knowledge_base.editing.question_sets import Run, put_run, questions_of, run_of
from knowledge_base.editing.records import record_subject
from knowledge_base.passages.chunk import chunk
from knowledge_base.trial.regression import Judged, newly_wrong
from knowledge_base.trial.wire import DraftRef

_LATEST: Final = timedelta(days=366)
Examine = Callable[[DraftRef], Sequence[Judged]]


@dataclass(frozen=True)
class Publishing:
    """The reviewers' commands as an installation wants them.

    Attributes:
        two_persons: Nobody publishes what they have edited themselves.
        examine: Asks the agency's questions with a draft as if it were published.
        must_pass: Nothing is published before that was done, nor where it would spoil an answer.
    """

    two_persons: bool = True
    examine: Examine | None = None
    must_pass: bool = False

    @property
    def commands(self) -> tuple[Command[Any], ...]:
        """All of them."""
        edit, review = Permission.EDIT, Permission.REVIEW
        return (
            Command("content.examine", edit, OfDraft, of_both, _examined, self._examine),
            Command("content.reject", review, Reject, of_both, _reject),
            Command("content.publish", review, OfDraft, _with_replaced, self._publish),
            Command("content.schedule", review, Schedule, _with_replaced, self._schedule),
            Command("content.unschedule", review, Unschedule, of_both, _unschedule),
            # Run when the hour has come, with the rights that whoever approved it has then.
            Command("content.publish_due", review, OfDraft, _with_replaced, self._publish_due),
            Command("content.withdraw", review, Withdraw, of_record, _withdraw),
            Command("content.show_again", review, OfVersion, _with_ended, _show_again),
        )

    def _publish(self, act: Act, given: OfDraft) -> Done:
        held = reviewed(act, given)
        self._check(act, held)
        return _published(act, given, held)

    def _schedule(self, act: Act, given: Schedule) -> Done:
        held = reviewed(act, given)
        self._check(act, held)
        if not act.now < given.at <= act.now + _LATEST:
            raise BadInput("at: not in the year to come", public_message="发布时间应在此刻之后、一年以内。")
        values = {"state": State.SCHEDULED.value, "publish_at": given.at, "approved_by": act.actor.login}
        put_draft(act.connection, given.kind, given.external_id, values)
        return Done({"title": held.title, "at": given.at.isoformat()})

    def _publish_due(self, act: Act, given: OfDraft) -> Done:
        """Publishes what its hour has come for, unless what was true when it was approved holds no more."""
        held = _scheduled(act, given)
        if held.publish_at is None or held.publish_at > act.now:
            raise BadInput("not due", public_message="还没有到发布时间。")
        self._check(act, held)
        done = _published(act, given, held)
        return Done({**done.details, "approved_by": held.approved_by}, value=done.value)

    def _check(self, act: Act, held: Draft) -> None:
        if self.two_persons and act.actor.login in held.authors:
            raise Denied("one's own draft", public_message="自己编辑的内容须由另一位同事审核发布。")
        if version_of(_record_of(act, held)) != held.base_version:
            raise Conflict(
                "another version", public_message="已发布的内容在此期间有改动，请退回草稿，对照后再提交。"
            )
        _check_links(act, held)
        questions = questions_of(act.connection, held.agency) if self.must_pass else []
        if questions:
            run = run_of(act.connection, held.kind, held.external_id, held.mark)
            # Others than were asked: what they would give nobody knows.
            if run is None or [one.digest for one in questions] != [one["asked"] for one in run.results]:
                raise BadInput("not examined", public_message="发布前须先运行回归问题。")
            if run.newly_wrong:
                told = f"发布后有 {run.newly_wrong} 个原本答对的问题会答错，不能发布。"
                raise BadInput("spoils answers", public_message=told)

    def _examine(self, _: Actor, given: OfDraft) -> Sequence[Judged]:
        if self.examine is None:
            raise BadInput("nothing to examine with", public_message="这里不能运行回归问题。")
        return self.examine(DraftRef(kind=given.kind, external_id=given.external_id, mark=given.mark))


def _with_replaced(act: Act, given: OfDraft) -> tuple[Subject, ...]:
    """Also what the draft would end: nobody ends what is another agency's."""
    held = find_draft(act.connection, given.kind, given.external_id)
    return (*of_both(act, given), *_ended(act, held.content if held else None))


def _with_ended(act: Act, given: OfVersion) -> tuple[Subject, ...]:
    """Also what the record ends once it is shown again."""
    held = stored_record(act.connection, given.kind, given.external_id)
    return (*of_record(act, given), *_ended(act, held.record if held else None))


def _ended(act: Act, content: Document | ServiceItem | None) -> tuple[Subject, ...]:
    named = content.replaces if isinstance(content, Document) else ()
    found = (record_subject(act.connection, "document", external_id) for external_id in named)
    return tuple(one for one in found if one is not None)


def _check_links(act: Act, held: Draft) -> None:
    if not isinstance(held.content, Document):
        return
    for external_id in (*held.content.replaces, *filter(None, [held.content.explains])):
        other = stored_record(act.connection, "document", external_id)
        if external_id == held.external_id or other is None:
            told = f"“替代”或“解读”里的编号没有对应的另一份文件：{external_id}"
            raise BadInput("no such document", public_message=told)
        if held.content.internal and external_id in held.content.replaces and not other.record.internal:
            told = f"内部资料不能替代对市民公开的文件：{external_id}"
            raise BadInput("internal replaces public", public_message=told)


def _record_of(act: Act, held: Draft) -> StoredRecord | None:
    return stored_of(act, OfDraft(kind=held.kind, external_id=held.external_id, mark=held.mark))


def _examined(act: Act, given: OfDraft) -> Done:
    seen(act, given)
    judged: Sequence[Judged] = act.prepared
    run = Run(
        author=act.actor.login,
        at=act.now,
        right_before=sum(one.before for one in judged),
        right_after=sum(one.after for one in judged),
        newly_wrong=newly_wrong(judged),
        results=[asdict(one) for one in judged],
    )
    put_run(act.connection, given.kind, given.external_id, given.mark, run)
    return Done({"questions": len(judged), "newly_wrong": run.newly_wrong}, value=run)


def _reject(act: Act, given: Reject) -> Done:
    held = reviewed(act, given)
    put_state(act, given, State.EDITING, given.comment)
    return Done({"title": held.title, "comment": given.comment})


def _unschedule(act: Act, given: Unschedule) -> Done:
    held = _scheduled(act, given)
    put_state(act, given, State.IN_REVIEW, given.comment)
    return Done({"title": held.title, "comment": given.comment})


def _scheduled(act: Act, given: OfDraft) -> Draft:
    held = seen(act, given)
    if held.state is not State.SCHEDULED:
        raise BadInput("not scheduled", public_message="这份草稿没有定时发布。")
    return held


def _published(act: Act, given: OfDraft, held: Draft) -> Done:
    passages = chunk(held.content, record_title(held.content))
    result = writer_of(act).put(held.content, passages, Status.PUBLISHED)
    drop_draft(act.connection, given.kind, given.external_id)
    version = version_of(stored_of(act, given))
    return Done({"title": held.title, "version": version, "passages": len(passages)}, value=result)


def _withdraw(act: Act, given: Withdraw) -> Done:
    _require(act, given, (Status.PUBLISHED, Status.INTERNAL), "这条内容没有发布。")
    result = writer_of(act).set_status(given.kind, given.external_id, Status.WITHDRAWN)
    drafted = find_draft(act.connection, given.kind, given.external_id)
    if drafted is not None and drafted.state is not State.EDITING:
        # Published as it lies there it would bring back what was just taken out.
        put_state(act, given, State.EDITING, f"已撤回：{given.reason}")
    return Done({"version": given.version, "reason": given.reason}, value=result)


def _show_again(act: Act, given: OfVersion) -> Done:
    _require(act, given, (Status.WITHDRAWN,), "这条内容没有撤回。")
    result = writer_of(act).set_status(given.kind, given.external_id, Status.PUBLISHED)
    return Done({"version": given.version}, value=result)


def _require(act: Act, given: OfVersion, wanted: Collection[Status], otherwise: str) -> None:
    held = stored_of(act, given)
    if held is None or held.status not in wanted:
        raise BadInput(f"not {'/'.join(wanted)}", public_message=otherwise)
    if held.version != given.version:
        raise Conflict("another version")
