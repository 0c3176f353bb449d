"""What citizens are told about subscribing in the conversation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.citizens.subscriptions import Subject, Subscription
from core.citizens.wishes import SubscriptionKind

# Until something is sent to subscribers.
NOT_YET: Final = "变化提醒尚未开放，开放后会显示在本页面上方的“消息”里，不发短信。"
WHICH_TO_SUBSCRIBE: Final = "您想订阅哪一个？可以点选，也可以说“订阅这个事项”“订阅这个部门”。"
WHICH_TO_END: Final = "您要退订哪一个？"
END_ALL: Final = "全部退订"
GONE: Final = "这一项现在不能订阅，可能已经下架。"
NOT_FOUND: Final = "没有找到这项订阅，可能已经退订了。"
NOTHING: Final = "您现在没有订阅。"
NOTHING_TO_END: Final = (
    "您现在没有订阅，不用退订。不想收到其他消息，请点本页面上方的“消息”，可以停止一类或全部。"
)


def labelled(kind: SubscriptionKind, title: str) -> str:
    """A subject as a button names it."""
    return f"{kind.label}：{title}"


def subscribed(subject: Subject, title: str, *, already: bool) -> str:
    """It is subscribed to; how that is undone."""
    done = "您已经订阅过" if already else "已订阅"
    return f"{done}{_quoted(subject.kind, title)}。{NOT_YET}不想要了，对我说“退订”，或点下面的按钮取消。"


def consent_needed(subject: Subject, title: str) -> str:
    """Nothing was subscribed to."""
    named = _quoted(subject.kind, title)
    return f"还没有订阅{named}：需要您先同意在本页面提醒您。请点下面的按钮，看过说明再决定。"


def ended(one: Subscription, left: int) -> str:
    """One is ended."""
    rest = f"您还有{left}项订阅。" if left else "您没有其他订阅了。"
    return f"已退订{_quoted(one.subject.kind, one.title)}。{rest}"


def all_ended(ended: Sequence[Subscription]) -> str:
    """All are."""
    return f"已全部退订，一共{len(ended)}项。以后要订阅，随时可以再说。"


def standing(subscriptions: Sequence[Subscription]) -> str:
    """Which there are."""
    named = "、".join(_quoted(one.subject.kind, one.title) for one in subscriptions)
    how = "不想要哪一项，点下面的按钮就退订；全部不要，对我说“全部退订”。"
    return f"您订阅了{len(subscriptions)}项：{named}。{NOT_YET}{how}"


def _quoted(kind: SubscriptionKind, title: str) -> str:
    return f"{kind.label}“{title}”"
