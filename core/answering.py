"""The closed vocabulary of an answer: how it ended, and which aspect of a service item it is about."""

from __future__ import annotations

from enum import StrEnum


class AnswerStatus(StrEnum):
    """How a turn ended. Replies, logs, metrics and tests all hang on these values."""

    ANSWERED_GUIDE = "answered_guide"
    ANSWERED_PASSAGE = "answered_passage"
    ANSWERED_CANNED = "answered_canned"
    CLARIFY = "clarify"
    NO_ANSWER = "no_answer"
    OUT_OF_SCOPE = "out_of_scope"
    REFERRED_URGENT = "referred_urgent"
    BLOCKED_SENSITIVE = "blocked_sensitive"
    BLOCKED_ABUSE = "blocked_abuse"
    BLOCKED_RATE = "blocked_rate"
    SWITCHED_OFF = "switched_off"
    ERROR_UNAVAILABLE = "error_unavailable"
    ERROR_TIMEOUT = "error_timeout"
    ERROR_INTERNAL = "error_internal"


class Aspect(StrEnum):
    """What a citizen wants to know of a service item."""

    CONDITIONS = "conditions"
    MATERIALS = "materials"
    STEPS = "steps"
    FEE = "fee"
    TIME_LIMIT = "time_limit"
    PLACE = "place"
    HOURS = "hours"
    PHONE = "phone"
    ONLINE = "online"
    LEGAL_BASIS = "legal_basis"
    RESULT = "result"
    FORM = "form"

    @property
    def label(self) -> str:
        """Chinese name as a guide's heading shows it."""
        return _LABELS[self]


_LABELS = {
    Aspect.CONDITIONS: "受理条件",
    Aspect.MATERIALS: "申请材料",
    Aspect.STEPS: "办理流程",
    Aspect.FEE: "收费标准",
    Aspect.TIME_LIMIT: "办理时限",
    Aspect.PLACE: "办理地点",
    Aspect.HOURS: "办理时间",
    Aspect.PHONE: "咨询电话",
    Aspect.ONLINE: "网上办理",
    Aspect.LEGAL_BASIS: "设定依据",
    Aspect.RESULT: "办理结果",
    Aspect.FORM: "表格样表",
}
