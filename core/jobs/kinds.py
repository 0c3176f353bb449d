"""The kinds of jobs there are, each with a handler in the worker."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a job does; the value stands in the database."""

    RETENTION = "retention.purge"
    PUBLISH = "content.publish_due"
    GROUPING = "questions.group"
    TELL = "questions.tell"
    REPLY = "reports.reply"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            Kind.RETENTION: "清理到期数据",
            Kind.PUBLISH: "定时发布",
            Kind.GROUPING: "归并未答问题",
            Kind.TELL: "通知提问人",
            Kind.REPLY: "送达反馈的回复",
        }[self]


def label_of(kind: str) -> str:
    """How a page names a kind, also one that only another version knows."""
    return Kind(kind).label if kind in set(Kind) else kind
