"""Tells those who asked in vain, and agreed to hear of it, that there is an answer now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine

from apps.worker.handing_out import HandingOut
from casework.askers import Asker, answered_by, askers_of
from casework.grouping import title_of
from casework.listing import UNTITLED
from channels.ports import Notice, NoticeKind
from channels.web.bell import Bell
from channels.web.inbox import is_link
from core.catalogue.models import Document, DocumentKind, ServiceItem
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredRecord
from core.clock import Clock
from core.database.engine import reading
from core.jobs.context import Context

_MOST_ANSWER: Final = 1500


@dataclass(frozen=True)
class Telling:
    """The handler; harmless twice, since a citizen gets one notice of a group and an answer.

    Attributes:
        bell: Rung after each transaction.
    """

    engine: Engine
    clock: Clock
    bell: Bell

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """How many were told; nobody where the answer is not to be seen any more."""
        group = int(context.job.params["group"])
        with reading(self.engine) as connection:
            answer = answered_by(connection, group)
            askers = askers_of(connection, group)
        reads = CatalogueReads(self.engine)
        record = reads.by_external_id(answer.kind, answer.external_id) if answer else None
        if record is None or not reads.shown([record.key], None, self.clock.today()):
            return {"told": 0, "reason": "答复内容已不再公开"}
        told = HandingOut(context, self.clock, self.bell).to_all(
            askers, lambda _, some: [self._notice(one, group, record) for one in some]
        )
        return {"told": told, "asked": len(askers)}

    def _notice(self, asker: Asker, group: int, record: StoredRecord) -> Notice:
        day = asker.at.astimezone(self.clock.local().tzinfo)
        question = title_of(asker.question) if asker.question else UNTITLED
        url = record.record.source_url
        return Notice(
            citizen=asker.citizen,
            kind=NoticeKind.FOLLOWUP,
            title="您问过的问题有了答复",
            text=f"您在{day.month}月{day.day}日问过：“{question}”\n\n{_answer(record)}",
            url=url if url and is_link(url) else None,
            why="您同意过“有了答复或更正时通知我”，当时这个问题没有答案，或者答案没有帮到您。",
            dedup_key=f"answered:{group}:{record.key.kind}:{record.key.id}",
        )


def _answer(record: StoredRecord) -> str:
    """A FAQ's answer as it is; of what is longer what it is called, and how to get at it."""
    content = record.record
    if (
        isinstance(content, Document)
        and content.kind is DocumentKind.FAQ
        and len(content.text) <= _MOST_ANSWER
    ):
        return f"{record.title}\n{content.text}{_by(content.agency)}"
    sort = "办事指南" if isinstance(content, ServiceItem) else "文件"
    return f"现在有了{sort}《{record.title}》{_by(content.agency)}。在对话里输入这个名称，就能看到具体内容。"


def _by(agency: str | None) -> str:
    return f"（{agency}）" if agency else ""
