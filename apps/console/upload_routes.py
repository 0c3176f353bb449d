"""Files of an agency that become drafts: the page, and each file as it comes in."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final, Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from apps.console.content_views import agencies, own_agency
from apps.console.guard import Visit, guarded
from apps.console.labels import KINDS
from apps.console.pages import Pages, query
from core.catalogue.models import NATIONAL, DocumentKind
from core.catalogue.reads import CatalogueReads
from core.commands import Permission
from core.errors import BadInput
from knowledge_base.editing.uploads import Upload, Uploaded, uploaded
from knowledge_base.importing.templates import template

MOST_BYTES: Final = 50_000_000
_LONGEST_NAME: Final = 255
# A slow line of a district office: 50 MB at 100 kB/s.
_BODY_S: Final = 600.0
# Each file is read by a process of its own; more at once would take the processors from citizens.
_AT_ONCE: Final = 2


async def show(visit: Visit) -> Response:
    """The page; which agency's files somebody may bring is known to it."""
    own, names = await run_sync(own_agency, visit), await run_sync(agencies, visit)
    regions = {one.code: one.name for one in await run_sync(CatalogueReads(visit.services.engine).regions)}
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "upload.html",
        visit.session,
        own=own,
        names=[name for number, name in names.items() if visit.session.actor.may(Permission.EDIT, number)],
        regions={NATIONAL: "全国", **regions},
        region=own.region if own else NATIONAL,
        document_kinds=KINDS,
        most_bytes=MOST_BYTES,
    )


async def take(visit: Visit) -> Response:
    """One file: kept aside, read, and a line of JSON for each draft or problem as it is found."""
    asked = visit.request.query_params
    kinds = {kind.value for kind in DocumentKind}
    upload = Upload(
        name=asked.get("name", "")[:_LONGEST_NAME],
        filling={
            field: value
            for field in ("agency", "region", "kind")
            if (value := asked.get(field, "")) and (field != "kind" or value in kinds)
        },
    )
    if not upload.name.strip():
        raise BadInput("no name", public_message="文件没有名称。")
    # Deleted once it is read, also where the browser goes away meanwhile.
    kept = tempfile.NamedTemporaryFile(prefix="weizheng-upload-")  # noqa: SIM115
    try:
        await _receive(visit, Path(kept.name))
    except BaseException:
        kept.close()
        raise

    def lines() -> Iterator[str]:
        with kept:
            for one in uploaded(Path(kept.name), upload, visit.services.commands, visit.session.actor):
                yield json.dumps(_told(one), ensure_ascii=False) + "\n"

    return StreamingResponse(_one_of_few(visit, lines()), media_type="application/x-ndjson")


async def _receive(visit: Visit, path: Path) -> None:
    """Writes the body to a file.

    Raises:
        BadInput: It is too large, or does not come to its end in time.
    """
    size = 0
    try:
        with path.open("wb") as stream:
            async with asyncio.timeout(_BODY_S):
                async for chunk in visit.request.stream():
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise BadInput(
                            "file too large", public_message=f"文件超过 {MOST_BYTES // 1_000_000} MB。"
                        )
                    await run_sync(stream.write, chunk)
    except (TimeoutError, ClientDisconnect):
        raise BadInput("file too slow", public_message="文件没能完整收到，请重试。") from None


async def _one_of_few(visit: Visit, lines: Iterator[str]) -> AsyncIterator[str]:
    """The lines, read in threads; no more files at once than the machine has room for."""
    limiter: CapacityLimiter = visit.request.app.state.uploads
    try:
        async with limiter:
            while (line := await run_sync(next, lines, None)) is not None:
                yield line
    finally:
        close = getattr(lines, "close", None)
        if close is not None:
            await run_sync(close)


def _told(one: Uploaded) -> dict[str, object]:
    link = query({"kind": one.kind, "id": one.external_id}) if one.external_id else ""
    return {**asdict(one), "link": f"/content?{link}" if link else ""}


def places() -> CapacityLimiter:
    """Made once for an app, within its event loop or before it."""
    return CapacityLimiter(_AT_ONCE)


async def give_template(visit: Visit) -> Response:
    """A workbook to fill in: questions and answers, or guides."""
    kind: Literal["faq", "guide"] = "guide" if visit.request.query_params.get("kind") == "guide" else "faq"
    return Response(
        await run_sync(template, kind),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{kind}.xlsx"'},
    )


ROUTES = (
    guarded("/upload", show, Permission.EDIT),
    guarded("/upload/template", give_template, Permission.EDIT),
    guarded("/upload", take, Permission.EDIT, "POST", streamed=True),
)
