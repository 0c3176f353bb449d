"""Pages on which staff try questions, and look after those that a publication must not spoil."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.content_views import agencies, shown
from apps.console.edge import status_of
from apps.console.guard import Visit, guarded
from apps.console.labels import ANSWERED
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from core.catalogue.models import NATIONAL
from core.catalogue.reads import CatalogueReads
from core.commands import Permission
from core.database.engine import reading
from core.errors import BadInput, Conflict, DeadlineExceeded, NotFound, Unavailable, WeizhengError
from core.limits.port import Limit
from core.text.masking import mask
from insight.sheets import CSV_TYPE, Sheet, as_csv
from knowledge_base.contract import MAX_QUESTION
from knowledge_base.editing.drafts import Draft
from knowledge_base.editing.question_sets import Expected, listed_questions
from knowledge_base.trial.regression import said
from knowledge_base.trial.wire import MOST_QUESTIONS, DraftRef, TrialQuestion, TrialReply, TrialRequest

_LONGEST_FORM: Final = 512 * 1024
_PER_MINUTE: Final = 20
_AT_ONCE: Final = 4
_FIGURES: Final = {
    "cosine": "语义相近", "record_score": "全文词匹配", "covered": "问题覆盖", "name_match": "名称词匹配",
    "name_cosine": "名称语义", "nearness": "最近名称", "lead": "领先", "matter_lead": "领先其他事项",
    "place_absent": "未提及地名", "other_year": "年份不符",
}  # fmt: skip


async def show(visit: Visit) -> Response:
    """The form, with a draft where the address names one."""
    return await _page(visit, "", "", None)


async def try_out(visit: Visit) -> Response:
    """The answers, as a page or as a table to download."""
    questions, region = visit.form.typed("questions"), visit.form.one("region")
    try:
        request = await run_sync(_request, visit, questions, region)
        await admit(visit)
        reply = await run_sync(visit.services.try_out, request, limiter=visit.request.app.state.trials)
    except (BadInput, Conflict, DeadlineExceeded, Unavailable) as error:
        return await _page(visit, questions, region, None, error)
    if visit.form.one("as") == "csv":
        return _table(reply)
    return await _page(visit, questions, region, reply)


async def admit(visit: Visit) -> None:
    """Trials take seconds of a thread here and of the knowledge service.

    Raises:
        BadInput: The visitor asks too often.
    """
    counted = visit.services.names.of("trial", visit.session.account.login)
    if await visit.services.limiter.admit([Limit(counted, _PER_MINUTE)]) > 0:
        raise BadInput("too often", public_message="提问太频繁，请一分钟后再试。")


def trial_places() -> CapacityLimiter:
    """Threads that trials may take; the others stay for pages. Made once for an app."""
    return CapacityLimiter(_AT_ONCE)


def _request(visit: Visit, questions: str, region: str) -> TrialRequest:
    # As a citizen's: what is masked there is not searched for.
    asked = [mask(line.strip()) for line in questions.splitlines() if line.strip()]
    if not 0 < len(asked) <= MOST_QUESTIONS:
        raise BadInput("how many", public_message=f"请填写 1 到 {MOST_QUESTIONS} 个问题，每行一个。")
    if max(map(len, asked)) > MAX_QUESTION:
        raise BadInput("too long", public_message=f"每个问题最多 {MAX_QUESTION} 字。")
    draft = _draft(visit)
    return TrialRequest(
        questions=[TrialQuestion(question=one, region=region or None) for one in asked],
        draft=_reference(draft) if draft else None,
        internal=draft is not None and draft.content.internal,
    )


def _reference(draft: Draft) -> DraftRef:
    return DraftRef(kind=draft.kind, external_id=draft.external_id, mark=draft.mark)


def _draft(visit: Visit) -> Draft | None:
    """The draft of the address, as it is now, for whoever may read it."""
    asked = visit.request.query_params
    kind, external_id = asked.get("kind", ""), asked.get("id", "")
    if not external_id:
        return None
    held = shown(visit, "item" if kind == "item" else "document", external_id)
    if held.draft is None:
        raise NotFound("no such draft")
    return held.draft


async def _page(
    visit: Visit, questions: str, region: str, reply: TrialReply | None, error: WeizhengError | None = None
) -> Response:
    asked = visit.request.query_params
    named = {"kind": asked.get("kind", ""), "id": asked.get("id", "")}
    draft = await run_sync(_draft, visit)
    regions = {one.code: one.name for one in await run_sync(CatalogueReads(visit.services.engine).regions)}
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "try.html",
        visit.session,
        status=status_of(error) if error else 200,
        error=error.public_message if error else "",
        action=f"/try?{query(named)}" if named["id"] else "/try",
        back=f"/content?{query(named)}" if named["id"] else "",
        title=draft.title if draft else "",
        internal=draft is not None and draft.content.internal,
        questions=questions,
        region=region,
        regions=regions,
        reply=reply,
        said=said,
        statuses=ANSWERED,
        figures=_FIGURES,
    )


def _table(reply: TrialReply) -> Response:
    """The answers as a file for spreadsheets."""
    rows = []
    for one in reply.answers:
        sure = f"{one.candidates[0].confidence:.3f}" if one.candidates else ""
        status = ANSWERED.get(one.reply.status.value, one.reply.status.value)
        rows.append([one.question, status, said(one.reply), one.answered_from or "", sure, one.searched_for])
    heads = ("问题", "结果", "答复", "来源编号", "把握", "检索用语")
    return Response(
        as_csv(Sheet("试问", heads, rows)),
        media_type=CSV_TYPE,
        headers={"Content-Disposition": 'attachment; filename="trial.csv"'},
    )


async def show_questions(visit: Visit) -> Response:
    """The questions of the visitor's agencies."""
    return await _questions(visit)


async def change_questions(visit: Visit) -> Response:
    """Adds one, or takes one away."""
    form = visit.form
    try:
        if form.one("act") == "delete":
            await run_sync(_run, visit, "question.delete", {"id": form.one("id")})
        else:
            await run_sync(_run, visit, "question.save", _given(visit))
    except (BadInput, NotFound) as error:
        told = error.public_message if isinstance(error, NotFound) or not _names_fields(error) else _WRONG
        return await _questions(visit, told)
    return RedirectResponse("/questions", status_code=303)


_WRONG: Final = "请填写 2 到 300 字的问题；不应答复的问题不能再填来源和必须出现的文字。"


def _names_fields(error: BadInput) -> bool:
    return error.public_message == BadInput.public_message


def _given(visit: Visit) -> dict[str, Any]:
    form = visit.form
    kind, _, external_id = form.one("source").partition(":")
    return {
        "agency": form.one("agency") or None,
        "question": form.one("question"),
        "region": form.one("region"),
        "refused": form.one("refused") == "on",
        "kind": kind if external_id else None,
        "external_id": external_id or None,
        "words": form.one("words"),
    }


def _run(visit: Visit, name: str, given: dict[str, Any]) -> None:
    visit.services.commands.run(visit.session.actor, name, given)


def _listed(visit: Visit, words: str, offset: int) -> tuple[Sequence[Expected], int]:
    actor = visit.session.actor
    own = None
    if not actor.may(Permission.READ, None):
        own = {number for number in agencies(visit) if actor.may(Permission.READ, number)}
    with reading(visit.services.engine) as connection:
        return listed_questions(connection, own, words=words, limit=PER_PAGE, offset=offset)


async def _questions(visit: Visit, error: str = "") -> Response:
    asked = visit.request.query_params
    q, number = asked.get("q", "")[:100], page_number(asked.get("page", "1"))
    found, total = await run_sync(_listed, visit, q, Paging(number, 0).offset)
    names, actor = await run_sync(agencies, visit), visit.session.actor
    regions = {one.code: one.name for one in await run_sync(CatalogueReads(visit.services.engine).regions)}
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "questions.html",
        visit.session,
        status=400 if error else 200,
        error=error,
        found=found,
        q=q,
        paging=Paging(number, total),
        link=lambda page: f"/questions?{query({'q': q, 'page': page})}",
        names=names,
        own={number: name for number, name in names.items() if actor.may(Permission.EDIT, number)},
        everywhere=actor.may(Permission.EDIT, None),
        may_edit=lambda agency: actor.may(Permission.EDIT, agency),
        regions={**regions, NATIONAL: "全国"},
        typed=visit.form,
    )


async def examine(visit: Visit) -> Response:
    """Asks the agency's questions with a draft; what came of it stands on the draft's page."""
    asked = visit.request.query_params
    held = await run_sync(
        shown, visit, "item" if asked.get("kind") == "item" else "document", asked.get("id", "")
    )
    given = {"kind": held.kind, "external_id": held.external_id, "mark": visit.form.one("mark")}
    await admit(visit)
    trials = visit.request.app.state.trials
    await run_sync(_run, visit, "content.examine", given, limiter=trials)
    return RedirectResponse(
        f"/content?{query({'kind': held.kind, 'id': held.external_id, 'done': 'examine'})}", status_code=303
    )


ROUTES = (
    guarded("/try", show, Permission.READ),
    guarded("/try", try_out, Permission.READ, "POST", most_bytes=_LONGEST_FORM, kept=("questions",)),
    guarded("/questions", show_questions, Permission.READ),
    guarded("/questions/change", change_questions, Permission.EDIT, "POST"),
    guarded("/content/examine", examine, Permission.EDIT, "POST"),
)
