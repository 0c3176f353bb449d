"""The closed sets of ratings: what is rated, how, why, and what becomes of a bad one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

# Working days within which a bad rating is looked into, called back and put right.
TASK_DAYS: Final = 15
MOST_TEXT: Final = 500


class TargetKind(StrEnum):
    """What may be rated."""

    CONVERSATION = "conversation"
    ITEM = "item"


class Level(IntEnum):
    """The five levels; the two lowest are bad ratings (差评)."""

    VERY_DISSATISFIED = 1
    DISSATISFIED = 2
    FAIR = 3
    SATISFIED = 4
    VERY_SATISFIED = 5

    @property
    def label(self) -> str:
        """As pages name it."""
        return ("非常不满意", "不满意", "基本满意", "满意", "非常满意")[self - 1]

    @property
    def is_bad(self) -> bool:
        """Whether it has to be looked into."""
        return self <= Level.DISSATISFIED


class Reason(StrEnum):
    """Why a service is rated so."""

    UNSOLVED = "unsolved"
    WRONG = "wrong"
    UNCLEAR = "unclear"
    INCOMPLETE = "incomplete"
    INCONVENIENT = "inconvenient"
    DIFFERENT = "different"
    EXTRA = "extra"
    SLOW = "slow"
    ERRANDS = "errands"
    ATTITUDE = "attitude"
    OTHER = "other"

    @property
    def label(self) -> str:
        """As pages name it."""
        return _LABELS[self]


_LABELS: Final[Mapping[Reason, str]] = {
    Reason.UNSOLVED: "问题没有解决",
    Reason.WRONG: "答复不准确",
    Reason.UNCLEAR: "说明看不懂",
    Reason.INCOMPLETE: "没有一次说清",
    Reason.INCONVENIENT: "网页或网上办理不好用",
    Reason.DIFFERENT: "实际办理与指南不一致",
    Reason.EXTRA: "要求指南以外的材料或条件",
    Reason.SLOW: "超过承诺的时限",
    Reason.ERRANDS: "多头跑、来回跑",
    Reason.ATTITUDE: "服务态度不好",
    Reason.OTHER: "其他",
}
REASONS: Final[Mapping[TargetKind, tuple[Reason, ...]]] = {
    TargetKind.CONVERSATION: (
        *(Reason.UNSOLVED, Reason.WRONG, Reason.UNCLEAR, Reason.INCOMPLETE),
        *(Reason.INCONVENIENT, Reason.OTHER),
    ),
    TargetKind.ITEM: (
        *(Reason.DIFFERENT, Reason.EXTRA, Reason.UNCLEAR, Reason.INCOMPLETE, Reason.SLOW),
        *(Reason.ERRANDS, Reason.INCONVENIENT, Reason.ATTITUDE, Reason.OTHER),
    ),
}


class TaskState(StrEnum):
    """What has become of a bad rating."""

    OPEN = "open"
    IN_HAND = "in_hand"
    CALLED_BACK = "called_back"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            TaskState.OPEN: "待处理",
            TaskState.IN_HAND: "处理中",
            TaskState.CALLED_BACK: "已回访",
            TaskState.CLOSED: "已办结",
        }[self]


class How(StrEnum):
    """How whoever rated was called back."""

    INBOX = "inbox"
    PHONE = "phone"
    COUNTER = "counter"
    NOT_REACHED = "not_reached"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            How.INBOX: "页面消息",
            How.PHONE: "电话",
            How.COUNTER: "窗口当面",
            How.NOT_REACHED: "联系不上",
        }[self]


class Outcome(StrEnum):
    """What came of it."""

    SOLVED = "solved"
    EXPLAINED = "explained"
    NOT_REACHABLE = "not_reachable"
    WRONGLY_RATED = "wrongly_rated"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            Outcome.SOLVED: "已解决",
            Outcome.EXPLAINED: "已解释说明",
            Outcome.NOT_REACHABLE: "无法联系到本人",
            Outcome.WRONGLY_RATED: "本人表示误评",
        }[self]


class StepKind(StrEnum):
    """What was done about a bad rating."""

    GIVEN = "given"
    TAKEN = "taken"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    REOPENED = "reopened"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            StepKind.GIVEN: "转交",
            StepKind.TAKEN: "接手",
            StepKind.CALLED_BACK: "回访",
            StepKind.CLOSED: "办结",
            StepKind.REOPENED: "重新打开",
        }[self]


class Delivery(StrEnum):
    """What became of a call-back that goes to the citizen's inbox."""

    WAITING = "waiting"
    SENT = "sent"
    NO_RIGHT = "no_right"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            Delivery.WAITING: "正在发送",
            Delivery.SENT: "已送达消息",
            Delivery.NO_RIGHT: "没有送达：市民没有同意或已停收",
        }[self]


@dataclass(frozen=True, slots=True)
class Target:
    """A conversation, or a service item by its number."""

    kind: TargetKind
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a citizen says; the text is masked."""

    level: Level
    reasons: tuple[Reason, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RatedItem:
    """A service item as it is called when it is rated; the agency by its name."""

    title: str
    agency: str | None
