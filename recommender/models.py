"""The words of recommending: interactions, what is known of a citizen, what is known of an item. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from core.catalogue.rules import Rule, Scalar
from recommender.eligibility import Assessment


class InteractionType(StrEnum):
    """What a citizen did with a service item."""

    ASK = "ask"
    VIEW = "view"
    CLICK = "click"
    OPEN_LINK = "open_link"
    DISMISS = "dismiss"
    RATE = "rate"
    PUSH_OPEN = "push_open"
    APPLY = "apply"
    FINISH = "finish"


# What says what a citizen looks for. What was only shown says what is offered, and a dismissal is obeyed.
SPEAKING: Final = frozenset(set(InteractionType) - {InteractionType.VIEW, InteractionType.DISMISS})


class Origin(StrEnum):
    """Who says so: the citizen's browser, our own server, an agency with its token."""

    CLIENT = "client"
    SERVER = "server"
    AGENCY = "agency"


class Scope(StrEnum):
    """What a dismissal is of: this item, or everything of its theme."""

    ITEM = "item"
    THEME = "theme"


@dataclass(frozen=True, slots=True)
class Interaction:
    """One event.

    Attributes:
        event_id: Unique; the same id again is the same event.
        value: Of a rating, 1 to 5; else None.
        occurred_at: By our clock where the citizen's cannot be believed.
        scope: Of a dismissal; of anything else it says nothing.
    """

    event_id: str
    item_id: int
    type: InteractionType
    origin: Origin
    occurred_at: datetime
    value: float | None = None
    scope: Scope = Scope.ITEM


@dataclass(frozen=True, slots=True)
class CitizenState:
    """What recommending may know of one citizen. Without consent it is empty, but for the session's district.

    Attributes:
        personalized: `personalize` is agreed to.
        facts: What they told, where `profile_facts` is agreed to; names as in `core.citizens.facts`.
        life_events: What they told, the latest first; what they did shows events by its items alone.
        recent: Latest first, at most 50; without views, dismissals and what was deleted as a learned tag.
        done: Items that were applied for or finished.
        dismissed_items, dismissed_themes: Not to be shown until that is undone.
        region: Six-digit code of the district chosen in the session.
    """

    personalized: bool = False
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    life_events: tuple[str, ...] = ()
    recent: tuple[Interaction, ...] = ()
    done: frozenset[int] = frozenset()
    dismissed_items: frozenset[int] = frozenset()
    dismissed_themes: frozenset[str] = frozenset()
    region: str | None = None


NOBODY = CitizenState()


@dataclass(frozen=True, slots=True)
class ItemTraits:
    """What recommending knows of a published service item.

    Attributes:
        rule: The published eligibility, parsed; None where none was published.
        since: When it was first put into the catalogue; a newer version changes nothing about that.
        importance: Names and ways to ask that its guide has: those that many look for have many.
        gives, needs: Papers that one gets in the end, and that one has to bring.
        valid_from, valid_to: First and last day on which it may be shown, where there is one.
        revision: Of the catalogue, when this was written.
    """

    id: int
    external_id: str
    name: str
    region: str
    agency: str | None = None
    theme: str | None = None
    audience: tuple[str, ...] = ()
    life_events: tuple[str, ...] = ()
    sensitive: bool = False
    rule: Rule | None = None
    since: datetime | None = None
    url: str | None = None
    importance: int = 0
    gives: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One item that is offered.

    Attributes:
        source: Name of the source that it is owed to: `lightfm`, `similar`, `life_event`, `eligible`,
            `popular`, `new`; `fallback` where none proposes it.
        reason: Why, as the citizen reads it.
        score: Comparable within one list only.
    """

    item: ItemTraits
    source: str
    reason: str
    score: float
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Recommended:
    """A list of recommendations.

    Attributes:
        personalized: Something that is known of the citizen made it what it is.
        model: Version of the model that took part; None where none did.
    """

    items: tuple[Recommendation, ...] = ()
    personalized: bool = False
    model: str | None = None
