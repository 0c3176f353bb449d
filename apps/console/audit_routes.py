"""The audit log, newest first."""

from __future__ import annotations

import json

from anyio.to_thread import run_sync
from starlette.responses import Response

from apps.console.guard import Visit, guarded
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from core.commands import Permission
from core.database.engine import reading
from staff.audit import Entry, entries

_FILTERS = ("actor", "command", "subject")


async def show(visit: Visit) -> Response:
    """Entries of the agencies that the visitor may look at, filtered and paged by the database."""
    asked = visit.request.query_params
    filters = {name: asked.get(name, "").strip()[:200] for name in _FILTERS}
    number = page_number(asked.get("page", "1"))
    found, total = await run_sync(_page_of, visit, filters, number)
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "audit.html",
        visit.session,
        entries=[(one, json.dumps(one.details, ensure_ascii=False)) for one in found],
        commands=sorted(visit.services.commands.commands),
        filters=filters,
        paging=Paging(number, total),
        link=lambda page: f"/audit?{query({**filters, 'page': page})}",
    )


def _page_of(visit: Visit, filters: dict[str, str], number: int) -> tuple[list[Entry], int]:
    everywhere = visit.session.actor.may(Permission.AUDIT, None)
    agency = None if everywhere else visit.session.account.agency
    with reading(visit.services.engine) as connection:
        return entries(connection, **filters, agency=agency, limit=PER_PAGE, offset=Paging(number, 0).offset)


ROUTES = (guarded("/audit", show, Permission.AUDIT),)
