"""The kinds of jobs there are, each with a handler in the worker."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a job does; the value stands in the database."""

    RETENTION = "retention.purge"
    PUBLISH = "content.publish_due"
    GROUPING = "questions.group"
    TELL = "questions.tell"
    RATING_REPLY = "ratings.reply"
    CORRECT = "answers.correct"
    IMPORT = "content.import"
    FIGURES = "figures.count"
    REPLY = "reports.reply"
    TRAIN = "recommender.train"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            Kind.RETENTION: "清理到期数据",
            Kind.PUBLISH: "定时发布",
            Kind.GROUPING: "归并未答问题",
            Kind.TELL: "通知提问人",
            Kind.RATING_REPLY: "回复好差评",
            Kind.CORRECT: "答复更正",
            Kind.IMPORT: "导入文件",
            Kind.FIGURES: "统计概览数字",
            Kind.REPLY: "送达反馈的回复",
            Kind.TRAIN: "训练推荐模型",
        }[self]


def label_of(kind: str) -> str:
    """How a page names a kind, also one that only another version knows."""
    return Kind(kind).label if kind in set(Kind) else kind
