"""Files of an agency that become drafts: the page, and each file as it comes in."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Final, Literal

from anyio import CancelScope, CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from apps.console.content_views import agencies, own_agency
from apps.console.guard import Visit, guarded
from apps.console.kept_uploads import MOST_AT_ONCE, goes_to_worker, keep, own_uploads, with_link
from apps.console.labels import KINDS
from apps.console.pages import Pages, query
from core.catalogue.models import NATIONAL, DocumentKind
from core.catalogue.reads import CatalogueReads
from core.commands import Denied, Permission
from core.errors import BadInput, Conflict
from knowledge_base.editing.uploads import Upload, Uploaded, uploaded
from knowledge_base.importing.templates import template

MOST_BYTES: Final = 50_000_000
_LONGEST_NAME: Final = 255
# A slow line of a district office: 50 MB at 100 kB/s.
_BODY_S: Final = 600.0
# Each file is read by a process of its own; more at once would take the processors from citizens.
_AT_ONCE: Final = 2
# Files that are kept aside meanwhile, each of up to 50 MB.
_KEPT_AT_ONCE: Final = 6
# A browser that takes no more of the answer gives its place back.
_WHOLE_S: Final = 1_800.0


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
        most_at_once=MOST_AT_ONCE,
        kept=await run_sync(own_uploads, visit),
    )


async def take(visit: Visit) -> Response:
    """One file: kept aside, read, and a line of JSON for each draft or problem as it is found.

    What a worker is to read is one line that says where to look for it.
    """
    asked = visit.request.query_params
    kinds = [kind.value for kind in DocumentKind]
    choices = {"agency": None, "region": None, "kind": kinds, "internal": ["true"]}
    upload = Upload(
        name=asked.get("name", "")[:_LONGEST_NAME],
        filling={
            field: value
            for field, allowed in choices.items()
            if (value := asked.get(field, "")) and (allowed is None or value in allowed)
        },
    )
    if not upload.name.strip():
        raise BadInput("no name", public_message="文件没有名称。")
    places: Places = visit.request.app.state.uploads
    mine = object()
    await places.kept.acquire_on_behalf_of(mine)
    stack = ExitStack()
    stack.callback(places.kept.release_on_behalf_of, mine)
    try:
        # It has no name, so that nothing of it stays, however this process ends.
        kept = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        await _receive(visit, kept)
        asked_for = asked.get("later") == "true"
        async with places.read:
            files = await run_sync(partial(goes_to_worker, kept, upload, asked=asked_for))
        given = None if files is None else await run_sync(_kept, visit, kept, upload, files)
    except BaseException:
        # On a full disk closing fails as well; the place is free all the same.
        with suppress(OSError):
            stack.close()
        raise
    if given is not None:
        stack.close()
        return Response(_line(given) + _line({"outcome": "end"}), media_type="application/x-ndjson")
    found = uploaded(kept, upload, visit.services.commands, visit.session.actor)
    return _Results(found, places.read, stack.close)


def _kept(visit: Visit, stream: BinaryIO, upload: Upload, files: int) -> Mapping[str, object]:
    """Where its page is, or why it is not read."""
    try:
        name = keep(visit, stream, upload, files)
    except (BadInput, Conflict, Denied) as error:
        told = "您不能上传该部门的文件。" if isinstance(error, Denied) else error.public_message
        return with_link(Uploaded("problem", upload.name, told=told))
    return {"outcome": "kept", "place": upload.name, "link": f"/upload/one?{query({'id': name})}"}


class _Results(StreamingResponse):
    """A line of JSON for each result, and one at the end: without it the reading was broken off.

    Args:
        found: Read in threads, of no more files at once than `read` allows.
        give_back: Called in the end, whatever that is.
    """

    def __init__(
        self, found: Generator[Uploaded, None, None], read: CapacityLimiter, give_back: Callable[[], None]
    ) -> None:
        self._found = found
        self._read = read
        self._give_back = give_back
        super().__init__(self._lines(), media_type="application/x-ndjson")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the lines as they come; a browser that takes none gives its place back in the end."""
        mine = object()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_WHOLE_S):
                    await self._read.acquire_on_behalf_of(mine)
                    await super().__call__(scope, receive, send)
        finally:
            # Also where the browser has gone: the process that reads is ended, and nothing stays on the disk.
            try:
                with CancelScope(shield=True):
                    await run_sync(self._found.close)
            finally:
                if mine in self._read.statistics().borrowers:
                    self._read.release_on_behalf_of(mine)
                self._give_back()

    async def _lines(self) -> AsyncIterator[str]:
        while (one := await run_sync(next, self._found, None)) is not None:
            yield _line(with_link(one))
        yield _line({"outcome": "end"})


async def _receive(visit: Visit, kept: BinaryIO) -> None:
    """Writes the body to a file.

    Raises:
        BadInput: It is too large, or does not come to its end in time.
    """
    size = 0
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in visit.request.stream():
                size += len(chunk)
                if size > MOST_BYTES:
                    told = f"文件超过 {MOST_BYTES // 1_000_000} MB。"
                    raise BadInput("file too large", public_message=told)
                await run_sync(kept.write, chunk)
            await run_sync(kept.flush)
    except (TimeoutError, ClientDisconnect):
        raise BadInput("file too slow", public_message="文件没能完整收到，请重试。") from None


def _line(plain: Mapping[str, object]) -> str:
    return json.dumps(plain, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Places:
    """How many files are kept aside, and how many of them read, at once."""

    kept: CapacityLimiter
    read: CapacityLimiter


def places() -> Places:
    """Made once for an app."""
    return Places(CapacityLimiter(_KEPT_AT_ONCE), CapacityLimiter(_AT_ONCE))


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
