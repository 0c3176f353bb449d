"""`kb publish-latency`: how long until a publication is answered from, and a withdrawal is silent."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import httpx
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy import Engine

from apps.cli.installation import opened_database
from core.catalogue.documents import record_title
from core.catalogue.listing import listed_records
from core.catalogue.models import Document, DocumentKind, Status
from core.catalogue.writes import CatalogueWrites
from core.clock import SystemClock
from core.database.engine import reading
from core.errors import Unavailable
from core.keys import ensure_keys
from core.settings import Settings
from knowledge_base.contract import AnswerPart, AnswerReply, AnswerRequest
from knowledge_base.passages.chunk import CUTTING, chunk

_PATIENCE_S: Final = 60.0
_ANSWER_S: Final = 10.0
_PAUSE_S: Final = 0.01
_TITLE: Final = "自检问题"
_NAMED: Final = re.compile("latency-[0-9a-f]{8}")
_TEXT: Final = "系统自检使用的临时内容，几秒后自动删除，不是政策。"


@dataclass(frozen=True)
class Latency:
    """Seconds from before the change was written until every service had followed it."""

    publish_to_answer_s: float
    withdraw_to_silence_s: float
    services: int


def measure_latency(settings: Settings, also: Sequence[str] = ()) -> Latency:
    """Publishes and withdraws a throw-away document, and asks the running services all the while.

    Args:
        also: Addresses of further knowledge services over the same database.

    Raises:
        Unavailable: A service does not answer, or has not followed within a minute.
    """
    token = ensure_keys(settings.home).service_token
    urls = [settings.knowledge_url, *also]
    with httpx.Client(
        headers={"Authorization": f"Bearer {token}"}, timeout=_ANSWER_S, trust_env=False
    ) as http:
        asking = _Asking(http, urls)
        with opened_database(settings) as engine:
            return _measured(engine, asking, secrets.token_hex(4), SystemClock(settings.zone).today())


@dataclass(frozen=True)
class _Asking:
    http: httpx.Client
    urls: Sequence[str]

    def all(self, question: str, external_id: str, *, cited: bool) -> bool:
        """Whether each service cites the document in its answer, or none does."""
        return all(self._cites(url, question, external_id) is cited for url in self.urls)

    def _cites(self, url: str, question: str, external_id: str) -> bool:
        try:
            sent = AnswerRequest(question=question).model_dump_json()
            response = self.http.post(f"{url.rstrip('/')}/answer", content=sent)
            response.raise_for_status()
            reply = AnswerReply.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise Unavailable(
                f"the knowledge service at {url} does not answer ({type(error).__name__}): is `weizheng up` "
                "running? 知识库服务没有应答，请先运行 weizheng up。"
            ) from None
        parts = (part for part in reply.parts if isinstance(part, AnswerPart))
        return any(one.external_id == external_id for part in parts for one in part.citations)


def _measured(engine: Engine, asking: _Asking, name: str, today: date) -> Latency:
    external_id, question = f"latency-{name}", f"{_TITLE}{name}怎么办"
    # Should it stay behind, it is gone tomorrow at the latest, or with the next measurement.
    document = Document(
        external_id=external_id, title=question, text=_TEXT, kind=DocumentKind.FAQ,
        effective_to=today,
    )  # fmt: skip
    writes = CatalogueWrites(engine, cutting=CUTTING)
    _sweep(engine, writes)
    # Whatever a service loads for its first question is not to be measured.
    asking.all(question, external_id, cited=True)
    begun = time.monotonic()
    writes.put(document, chunk(document, record_title(document)), Status.PUBLISHED)
    try:
        published = _until(lambda: asking.all(question, external_id, cited=True), begun)
        begun = time.monotonic()
        writes.set_status("document", external_id, Status.WITHDRAWN)
        withdrawn = _until(lambda: asking.all(question, external_id, cited=False), begun)
    finally:
        writes.delete("document", external_id)
    return Latency(round(published, 3), round(withdrawn, 3), len(asking.urls))


def _sweep(engine: Engine, writes: CatalogueWrites) -> None:
    """Deletes what a measurement that was killed has left."""
    with reading(engine) as connection:
        left, _ = listed_records(connection, "document", words=_TITLE, limit=50)
    for one in left:
        if _NAMED.fullmatch(one.external_id):
            writes.delete("document", one.external_id)


def _until(holds: Callable[[], bool], begun: float) -> float:
    while not holds():
        if time.monotonic() - begun > _PATIENCE_S:
            raise Unavailable(f"not followed within {_PATIENCE_S:.0f} s. 知识库服务没有跟上。")
        time.sleep(_PAUSE_S)
    return time.monotonic() - begun


def print_latency(latency: Latency, console: Console) -> None:
    """For people."""
    console.print(f"发布到可答 publish to answer: {latency.publish_to_answer_s:.3f} s")
    console.print(f"撤回到静默 withdraw to silence: {latency.withdraw_to_silence_s:.3f} s")
