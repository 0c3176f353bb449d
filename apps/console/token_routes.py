"""The page of the agencies' tokens: which there are, a new one shown once, one revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.content_views import agencies
from apps.console.guard import Visit, guarded
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from core.commands import Permission
from core.database.engine import reading
from core.errors import BadInput, NotFound
from staff.token_commands import TOKEN_ROLES
from staff.tokens import Token, listed_tokens

_MAY = Permission.MANAGE_STAFF
_USUAL_LIFE = timedelta(days=180)


async def show(visit: Visit) -> Response:
    """Tokens of the agencies that the visitor looks after."""
    done = "令牌已吊销，立即失效。" if visit.request.query_params.get("done") == "revoke" else ""
    return await _page(visit, done=done)


async def create(visit: Visit) -> Response:
    """A new token, which is shown on this page and never again."""
    given = {name: visit.form.one(name) for name in ("name", "agency", "expires")}
    wanted = {**given, "roles": visit.form.all("role")}
    try:
        secret = await run_sync(visit.services.commands.run, visit.session.actor, "token.create", wanted)
    except BadInput as error:
        return await _page(visit, typed=wanted, error=_in_words(error))
    return await _page(visit, secret=secret)


async def revoke(visit: Visit) -> Response:
    """Revokes a token."""
    given = {"name": visit.form.one("name")}
    try:
        await run_sync(visit.services.commands.run, visit.session.actor, "token.revoke", given)
    except (BadInput, NotFound) as error:
        return await _page(visit, error=error.public_message)
    return RedirectResponse("/tokens?done=revoke", status_code=303)


async def _page(
    visit: Visit, *, typed: Mapping[str, Any] | None = None, secret: str = "", error: str = "", done: str = ""
) -> Response:
    number = page_number(visit.request.query_params.get("page", "1"))
    found, total = await run_sync(_page_of, visit, number)
    names = await run_sync(agencies, visit)
    may, today = visit.session.actor.may, visit.services.clock.today()
    usual = {"name": "", "agency": "", "roles": [], "expires": (today + _USUAL_LIFE).isoformat()}
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "tokens.html",
        visit.session,
        status=400 if error else 200,
        error=error,
        done=done,
        secret=secret,
        tokens=found,
        typed=typed or usual,
        names=names,
        owners={external_id: name for external_id, name in names.items() if may(_MAY, external_id)},
        may_be=sorted(TOKEN_ROLES),
        today=today,
        paging=Paging(number, total),
        link=lambda page: f"/tokens?{query({'page': page})}",
    )


def _page_of(visit: Visit, number: int) -> tuple[list[Token], int]:
    agency = None if visit.session.actor.may(_MAY, None) else visit.session.account.agency
    with reading(visit.services.engine) as connection:
        return listed_tokens(connection, agency=agency, limit=PER_PAGE, offset=Paging(number, 0).offset)


def _in_words(error: BadInput) -> str:
    """What is wrong, where the check of the form itself found it."""
    if not error.detail.startswith("token.create"):
        return error.public_message
    labels = {"name": "名称", "agency": "部门", "roles": "角色", "expires": "有效期"}
    fields = [label for name, label in labels.items() if name in error.detail]
    return f"请检查：{'、'.join(fields)}。名称用小写字母、数字和连字符。"


ROUTES = (
    guarded("/tokens", show, _MAY),
    guarded("/tokens", create, _MAY, "POST"),
    guarded("/tokens/revoke", revoke, _MAY, "POST"),
)
