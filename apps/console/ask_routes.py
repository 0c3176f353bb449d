"""The page on which staff ask for themselves: also from what is published for them alone."""

from __future__ import annotations

from typing import Final

from anyio.to_thread import run_sync
from starlette.responses import Response

from apps.console.edge import status_of
from apps.console.guard import Visit, guarded
from apps.console.pages import Pages
from apps.console.try_routes import admit
from core.catalogue.reads import CatalogueReads
from core.commands import Permission
from core.errors import BadInput, DeadlineExceeded, Unavailable, WeizhengError
from core.text.masking import mask
from knowledge_base.contract import MAX_QUESTION
from knowledge_base.trial.regression import said
from knowledge_base.trial.wire import TrialAnswer, TrialQuestion, TrialRequest

_LONGEST_FORM: Final = 32 * 1024


async def show(visit: Visit) -> Response:
    """The form."""
    return await _page(visit, None)


async def ask(visit: Visit) -> Response:
    """The answer; of no question anything is kept."""
    try:
        request = _request(visit)
        await admit(visit)
        reply = await run_sync(visit.services.try_out, request, limiter=visit.request.app.state.trials)
    except (BadInput, DeadlineExceeded, Unavailable) as error:
        return await _page(visit, None, error)
    return await _page(visit, reply.answers[0])


def _request(visit: Visit) -> TrialRequest:
    question = mask(" ".join(visit.form.typed("question").split()))
    if not 0 < len(question) <= MAX_QUESTION:
        raise BadInput("how long", public_message=f"请填写问题，最多 {MAX_QUESTION} 字。")
    asked = TrialQuestion(question=question, region=visit.form.one("region") or None)
    return TrialRequest(questions=[asked], internal=True)


async def _page(visit: Visit, answer: TrialAnswer | None, error: WeizhengError | None = None) -> Response:
    regions = {one.code: one.name for one in await run_sync(CatalogueReads(visit.services.engine).regions)}
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "ask.html",
        visit.session,
        status=status_of(error) if error else 200,
        error=error.public_message if error else "",
        question=visit.form.typed("question"),
        region=visit.form.one("region"),
        regions=regions,
        answer=answer,
        said=said,
    )


ROUTES = (
    guarded("/ask", show, Permission.READ),
    guarded("/ask", ask, Permission.READ, "POST", most_bytes=_LONGEST_FORM, kept=("question",)),
)
