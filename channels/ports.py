"""What is sent to citizens, by whichever way, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class NoticeKind(StrEnum):
    """Why something is sent; a citizen stops each kind apart."""

    # A question that had no answer has one now.
    FOLLOWUP = "followup"
    # An answer that was given is not right any more.
    CORRECTION = "correction"
    # Staff answered what the citizen said of an answer, or of a service.
    REPLY = "reply"
    # Something happened to what the citizen subscribed to.
    SUBSCRIPTION = "subscription"
    # What is thought to concern the citizen.
    PUSH = "push"


class Outcome(StrEnum):
    """What came of sending."""

    # It has arrived, now or at an earlier try.
    SENT = "sent"
    # The citizen has not agreed to it, or has stopped it.
    NO_RIGHT = "no_right"
    # It may have arrived. Sending it again under the same key does no harm.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What one citizen is told.

    Attributes:
        citizen: Who.
        kind: Decides which consent it needs.
        title: Plain text of at most 200 characters.
        text: Plain text of at most 4,000 characters.
        url: http(s), or a path of the page's own; None without a link.
        why: A sentence in plain Chinese: why this citizen gets it.
        dedup_key: A citizen gets one notice under it, however often it is sent.
    """

    citizen: str
    kind: NoticeKind
    title: str
    text: str
    url: str | None = None
    why: str
    dedup_key: str


class Sender(Protocol):
    """One way to a citizen."""

    def send(self, notice: Notice) -> Outcome:
        """Sends it, or says why not. Blocks.

        Raises:
            BadInput: The notice itself is of no use: a text is empty or too long, a link is none.
        """
        ...
