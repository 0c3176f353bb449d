"""The console's pages over a city's worth of contents: how long each takes to come."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.agency.console import PASSWORD, Console, add_account, console
from bench.performance.large_base import documents
from core.catalogue.documents import record_title
from core.catalogue.models import Agency, Document, Material, ServiceItem, Status
from core.catalogue.payloads import to_payload
from core.catalogue.writes import CatalogueWrites
from core.clock import SystemClock
from core.database.engine import open_engine, writing
from knowledge_base.editing.drafts import State, put_draft
from knowledge_base.passages.chunk import CUTTING, chunk

DOCUMENTS, ITEMS, DRAFTS, AGENCIES = 10_000, 5_000, 500, 60
ROUNDS = 20
_BATCH = 200
_SHORT = 1_000
PAGES = {
    "home": "/",
    "contents": "/contents",
    "contents, a late page": "/contents?page=150",
    "contents, searched": "/contents?q=第77",
    "guides": "/contents?kind=item",
    "guides, searched": "/contents?kind=item&q=办理77",
    "content": "/content?kind=document&id=bench-1-77",
    "guide": "/content?kind=item&id=guide-77",
    "version": "/content/version?kind=document&id=bench-1-77&version=1",
    "passages": "/content/passages?kind=document&id=bench-1-77",
    "form": "/content/edit?kind=document&id=bench-1-77",
    "drafts": "/drafts",
    "upload": "/upload",
    "questions": "/questions",
    "ask": "/ask",
    "try": "/try",
    "board": "/board",
    "ratings": "/board/ratings",
    "recalls": "/board/recalls",
    "recall": "/board/recall?kind=document&id=bench-1-77",
    "answers": "/board/answers",
    "reports": "/board/reports",
    "agencies": "/agencies",
    "regions": "/regions",
    "terms": "/terms",
    "pins": "/pins",
    "guide form": "/content/edit?kind=item&id=guide-77",
    "accounts": "/accounts",
    "audit": "/audit",
    "retention": "/retention",
    "words": "/words",
    "hits": "/words/hits",
    "tokens": "/tokens",
    "switch": "/switch",
}

# Seen by administrators; the others by editors.
STAFF = {"accounts", "audit", "retention", "words", "hits", "tokens", "switch"}


def console_pages(home: Path) -> dict[str, Any]:
    """Median and 95th percentile of each page in milliseconds, of 20 requests."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns("run", "redis", "logs", "backups", "index"))
        fill(copy)
        add_account(copy, "bench.admin", "administrator")
        add_account(copy, "bench.editor", "editor")
        with console(copy) as running:
            found = {
                name: measured
                for login, pages in (("bench.admin", STAFF), ("bench.editor", set(PAGES) - STAFF))
                for name, measured in asked(running, login, {name: PAGES[name] for name in sorted(pages)})
            }
    return {"documents": DOCUMENTS, "items": ITEMS, "drafts": DRAFTS, "pages": found}


def asked(
    running: Console, login: str, pages: Mapping[str, str], rounds: int = ROUNDS
) -> Iterator[tuple[str, dict[str, float]]]:
    """Each page by its name, with its median and 95th percentile in milliseconds."""
    with httpx.Client(base_url=running.url, trust_env=False, timeout=30) as http:
        given = {"login": login, "password": PASSWORD}
        signed = http.post("/sign-in", data=given, headers={"origin": running.url})
        if signed.status_code != 303:
            raise RuntimeError(f"{login} could not sign in")
        for name, path in pages.items():
            spent = [_milliseconds(http, path) for _ in range(rounds)]
            yield (
                name,
                {
                    "p50_ms": round(float(np.percentile(spent, 50)), 1),
                    "p95_ms": round(float(np.percentile(spent, 95)), 1),
                },
            )


def _milliseconds(http: httpx.Client, path: str) -> float:
    begun = time.perf_counter()
    answer = http.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: HTTP {answer.status_code}")
    return (time.perf_counter() - begun) * 1000


def fill(home: Path) -> None:
    """A city's worth of contents and drafts."""
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    writes = CatalogueWrites(engine, cutting=CUTTING)
    for number in range(AGENCIES):
        writes.put_agency(Agency(external_id=f"bench-{number}", name=f"示例市第{number}局"))
    records: Iterator[Document | ServiceItem] = iter([*islice(_documents(), DOCUMENTS), *_items()])
    while batch := list(islice(records, _BATCH)):
        writes.put_many([(one, chunk(one, record_title(one)), Status.PUBLISHED) for one in batch])
    now = SystemClock().now()
    with writing(engine) as connection:
        for number, one in enumerate(islice(documents(2), DRAFTS)):
            values = {
                "agency": f"bench-{number % AGENCIES}", "title": record_title(one), "base_version": 0,
                "payload": to_payload(one), "mark": secrets.token_hex(8), "state": State.EDITING.value,
                "authors": ["bench"], "comment": "", "updated_at": now - timedelta(minutes=number),
            }  # fmt: skip
            put_draft(connection, "document", one.external_id, values)
    engine.dispose()


def _documents() -> Iterator[Document]:
    for number, one in enumerate(documents(1)):
        yield Document(
            external_id=one.external_id, title=one.title, text=one.text[:_SHORT], region=one.region,
            effective_to=one.effective_to, agency=f"示例市第{number % AGENCIES}局",
        )  # fmt: skip


def _items() -> Iterator[ServiceItem]:
    for number in range(ITEMS):
        yield ServiceItem(
            external_id=f"guide-{number}",
            name=f"第{number}类事项办理{number}",
            agency=f"示例市第{number % AGENCIES}局",
            materials=[Material(name="身份证"), Material(name=f"第{number}号申请表")],
            steps=["提交申请", "受理审核", "领取结果"],
        )
