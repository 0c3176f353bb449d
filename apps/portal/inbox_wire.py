"""Public JSON shapes of the inbox and of subscriptions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, StrictBool, model_validator

from apps.portal.wire import Plain
from channels.ports import NoticeKind
from channels.web.reads import InboxNotice
from channels.web.stops import Stoppable
from core.citizens.subscriptions import MOST
from core.citizens.wishes import SubscriptionKind

MOST_READ = 100


class NoticeItem(BaseModel):
    """A notice; `why` says why this citizen got it, `url` is http(s) or a path of the page's own."""

    notice_id: str
    kind: NoticeKind
    title: str
    text: str
    url: str | None
    why: str
    read: bool
    sent_at: datetime


class InboxPage(BaseModel):
    """Notices, the latest first.

    `unread` counts the whole inbox; `more`: ask again with `before` as the last id. `stopped` are kinds that
    come no more, `open` says whether any can. A stream that begins at `last_event_id` misses nothing.
    """

    items: list[NoticeItem]
    unread: int
    more: bool
    stopped: list[NoticeKind]
    open: bool
    last_event_id: str


class ReadRequest(BaseModel):
    """Which notices were read; one of the two."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    notice_ids: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]] | None,
        Field(min_length=1, max_length=MOST_READ),
    ] = None
    all: StrictBool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> ReadRequest:
        if (self.notice_ids is None) != self.all:
            raise ValueError("notice_ids 与 all 须且只须提供一个")
        return self


class Unread(BaseModel):
    """How many are left."""

    unread: int


class StopRequest(BaseModel):
    """What is not wanted any more, or, with `stopped` false, wanted again."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Stoppable
    stopped: StrictBool = True


class Stopped(BaseModel):
    """Kinds that do not come any more."""

    stopped: list[NoticeKind]


class SubscriptionItem(BaseModel):
    """What is subscribed to; `title` is what it was called then."""

    kind: SubscriptionKind
    target: str
    title: str
    since: datetime


class SubscriptionList(BaseModel):
    """All of a citizen's, the oldest first."""

    items: Annotated[list[SubscriptionItem], Field(max_length=MOST)]


class SubscriptionChange(BaseModel):
    """A theme or an agency by its name, a service item by its `item_id` as text."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    kind: SubscriptionKind
    target: Annotated[Plain, Field(min_length=1, max_length=200)]
    subscribed: StrictBool


class SubscriptionChanges(RootModel[Annotated[list[SubscriptionChange], Field(min_length=1, max_length=10)]]):
    """What is not named stays as it is."""


def notice_item(notice: InboxNotice) -> NoticeItem:
    """A notice as it goes out."""
    return NoticeItem(
        notice_id=notice.id,
        kind=notice.kind,
        title=notice.title,
        text=notice.text,
        url=notice.url,
        why=notice.why,
        read=notice.read_at is not None,
        sent_at=notice.sent_at,
    )
