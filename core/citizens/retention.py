"""How long what is stored about citizens lives."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CTE, ColumnElement, Engine, and_, func, or_, select

from core.citizens.ledger import LEDGER_DAYS
from core.citizens.tables import (
    IN_FORCE,
    answer_log,
    choice_token,
    citizen,
    client_message,
    consent,
    conversation,
    erased,
    feedback,
    followup,
    message,
)
from core.clock import Clock
from core.retention.forgetting import forget_all
from core.retention.models import DataClass, RetentionRule

FEEDBACK_DAYS = 365
# How long the cookie lasts after a visit.
CITIZEN_DAYS = 365
# How long somebody hears of an answer that comes later, or turns out to be wrong.
FOLLOWUP_DAYS = 180
_SETTING: Final = "TRANSCRIPT_DAYS"
_CONTENT: Final = DataClass.CONTENT


@dataclass(frozen=True)
class Purged:
    """How many rows went."""

    messages: int
    replies: int
    choices: int
    conversations: int
    feedback: int
    citizens: int
    erasures: int
    followups: int


def purge(engine: Engine, clock: Clock, days: int) -> Purged:
    """Lets go what is older than its time by the rules of `citizen_rules`."""
    gone = forget_all(engine, citizen_rules(days), clock.now())
    return Purged(**{one.name: gone[one.name] for one in fields(Purged)})


def citizen_rules(days: int) -> tuple[RetentionRule, ...]:
    """The rules of the rooms' tables, in the order in which they run.

    Messages and stored replies live `days`, a conversation so long after its last turn, choices until they
    expire. Feedback is linked to its conversation for `days` and kept without the link for `FEEDBACK_DAYS`.
    Who wants to hear of an answer is kept for `FOLLOWUP_DAYS`.
    A citizen goes with the history of consents and every link: `CITIZEN_DAYS` after they last came, or, where
    nothing is agreed to any more, `days` after the last change, once the conversation is gone.
    The ledger of erasures is kept as long as a backup may be restored.
    """
    return (*_conversation_rules(days), *_feedback_rules(days), *_citizen_rules(days), _ledger_rule())


def _conversation_rules(days: int) -> tuple[RetentionRule, ...]:
    transcript = "方便市民回看；隐私说明里写明了天数。"
    return (
        RetentionRule(
            name="messages", label="对话消息", data_class=_CONTENT, clock=message.c.created, days=days,
            setting=_SETTING, reason=transcript,
        ),
        RetentionRule(
            name="replies", label="已存回复", data_class=_CONTENT, clock=client_message.c.created, days=days,
            setting=_SETTING, reason="网络中断后重发同一条消息时返回原来的答复。",
        ),
        RetentionRule(
            name="choices", label="对话选项", data_class=_CONTENT, clock=choice_token.c.expires, days=0,
            reason="反问时给出的选项，24 小时失效。",
        ),
        RetentionRule(
            name="feedback_links", label="对答复的反馈与对话的关联", data_class=_CONTENT,
            clock=feedback.c.updated, days=days, setting=_SETTING,
            held=feedback.c.conversation.is_not(None), values={"conversation": None},
            reason="到期后反馈还在，但看不出属于哪次对话。",
        ),
        RetentionRule(
            name="conversations", label="会话", data_class=_CONTENT, clock=conversation.c.last_seen,
            days=days, setting=_SETTING, reason="从最后一次提问算起；" + transcript,
        ),
    )  # fmt: skip


def _feedback_rules(days: int) -> tuple[RetentionRule, ...]:
    return (
        RetentionRule(
            name="feedback", label="对答复的反馈", data_class=_CONTENT, clock=feedback.c.updated,
            days=FEEDBACK_DAYS, along="工作人员的回复",
            reason="用于改进答复；隐私说明写明一年。",
        ),
        RetentionRule(
            name="followups", label="后续通知登记", data_class=_CONTENT, clock=followup.c.created,
            days=FOLLOWUP_DAYS, reason="有了答复或更正时通知提问人；隐私说明写明最多 180 天。",
        ),
    )  # fmt: skip


def _citizen_rules(days: int) -> tuple[RetentionRule, ...]:
    def gone(at: datetime) -> ColumnElement[bool]:
        return _gone(at - timedelta(days=days), at - timedelta(days=CITIZEN_DAYS))

    def nobody_s(at: datetime) -> ColumnElement[bool]:
        names = _names()
        known = select(citizen.c.id).where(citizen.c.id == names.c.name, ~gone(at)).exists()
        return answer_log.c.citizen.in_(select(names.c.name).where(names.c.name.is_not(None), ~known))

    return (
        RetentionRule(
            name="citizens", label="市民编号", data_class=_CONTENT, clock=citizen.c.last_seen,
            days=CITIZEN_DAYS, condition=gone,
            along="同意记录、订阅、站内消息、后续通知登记、个人情况、互动记录",
            reason="与 Cookie 一样，最后一次提问后一年；已没有任何同意的，会话清理后随之删除。",
        ),
        RetentionRule(
            name="answer_names", label="问答记录中的市民编号", data_class=_CONTENT,
            clock=answer_log.c.created, days=CITIZEN_DAYS, condition=nobody_s,
            # Not "is not null": SQLite reads the whole table for that.
            held=answer_log.c.citizen > "", values={"citizen": None},
            reason="市民编号清理后，问答记录里不再留有关联。",
        ),
        RetentionRule(
            name="answers", label="问答记录（不含编号）", data_class=_CONTENT, clock=answer_log.c.created,
            days=None, reason="用于改进答复、统计和更正；看不出是谁问的，隐私说明未设期限。",
        ),
    )  # fmt: skip


def _names() -> CTE:
    """Each citizen whom the answer log names, once: from one to the next by the index, not row by row."""
    # Within the condition: of a statement that begins with it SQLite's driver counts no rows.
    least = select(func.min(answer_log.c.citizen).label("name"))
    first = least.cte("names", recursive=True, nesting=True)
    following = answer_log.alias()
    after = select(func.min(following.c.citizen)).where(following.c.citizen > first.c.name)
    return first.union_all(select(after.scalar_subquery()).where(first.c.name.is_not(None)))


def _ledger_rule() -> RetentionRule:
    return RetentionRule(
        name="erasures", label="清除记录", data_class=DataClass.SECURITY, clock=erased.c.at, days=LEDGER_DAYS,
        reason="恢复旧备份时，已要求清除的市民不会被恢复；只存摘要，不存编号。",
    )  # fmt: skip


def _gone(limit: datetime, lapsed: datetime) -> ColumnElement[bool]:
    talking = conversation.c.id == citizen.c.id, conversation.c.last_seen >= limit
    still_talking = select(conversation.c.id).where(*talking).exists()
    needed = (
        select(consent.c.number)
        .where(consent.c.citizen == citizen.c.id, or_(IN_FORCE, consent.c.withdrawn_at >= limit))
        .exists()
    )
    # By then the cookie has expired as well: nobody could withdraw what was agreed to.
    return or_(citizen.c.last_seen < lapsed, and_(citizen.c.created < limit, ~still_talking, ~needed))
