"""What may be subscribed to, and what picking a choice can do about it."""

from __future__ import annotations

from enum import StrEnum


class SubscriptionKind(StrEnum):
    """What may be subscribed to."""

    THEME = "theme"
    ITEM = "item"
    AGENCY = "agency"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _LABELS[self]


_LABELS = {SubscriptionKind.THEME: "主题", SubscriptionKind.ITEM: "事项", SubscriptionKind.AGENCY: "部门"}


class Wish(StrEnum):
    """What picking a choice does where it asks nothing: subscribes to a kind of subject, or ends that."""

    SUBSCRIBE_THEME = "subscribe.theme"
    SUBSCRIBE_ITEM = "subscribe.item"
    SUBSCRIBE_AGENCY = "subscribe.agency"
    UNSUBSCRIBE_THEME = "unsubscribe.theme"
    UNSUBSCRIBE_ITEM = "unsubscribe.item"
    UNSUBSCRIBE_AGENCY = "unsubscribe.agency"
    UNSUBSCRIBE_ALL = "unsubscribe.all"

    @classmethod
    def to_subscribe(cls, kind: SubscriptionKind) -> Wish:
        """Subscribing to one of a kind."""
        return cls(f"subscribe.{kind}")

    @classmethod
    def to_end(cls, kind: SubscriptionKind) -> Wish:
        """Ending a subscription of a kind."""
        return cls(f"unsubscribe.{kind}")

    @property
    def ends(self) -> bool:
        """Whether it ends something."""
        return self.value.startswith("unsubscribe.")

    @property
    def kind(self) -> SubscriptionKind | None:
        """The kind of subject; None means all there are."""
        name = self.value.partition(".")[2]
        return None if name == "all" else SubscriptionKind(name)
