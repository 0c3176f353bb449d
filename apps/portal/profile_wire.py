"""Public JSON shapes of interactions and of the citizen's profile."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StrictBool,
    StrictInt,
    StrictStr,
)

from apps.portal.requests import json_body
from apps.portal.wire import LARGEST_ID, Plain
from core.citizens.facts import Fact, FactKind
from recommender.interactions.store import MOST_AT_ONCE, MOST_DISMISSALS
from recommender.models import Interaction, InteractionType, Origin, Scope
from recommender.profile.store import MOST_LIFE_EVENTS, Changes, Profile

_LEARNED = 500
_Value = Annotated[float, Field(ge=1, le=5, allow_inf_nan=False)]


class InteractionSent(BaseModel):
    """Something that a citizen did with a service item. `scope` is of a `dismiss`, `value` of a `rate`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    event_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
    item_id: Annotated[StrictInt, Field(ge=1, le=LARGEST_ID)]
    type: InteractionType
    value: _Value | None = None
    occurred_at: AwareDatetime
    scope: Scope = Scope.ITEM

    def interaction(self) -> Interaction:
        """As said by the citizen's own browser."""
        return Interaction(
            self.event_id, self.item_id, self.type, Origin.CLIENT, self.occurred_at, self.value, self.scope
        )


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, dict) else given


class InteractionsSent(
    RootModel[
        Annotated[
            list[InteractionSent], BeforeValidator(_listed), Field(min_length=1, max_length=MOST_AT_ONCE)
        ]
    ]
):
    """One, or some."""


def one_or_some() -> dict[str, Any]:
    """How the body of interactions stands in the description of the interface."""
    described = json_body(InteractionSent)
    content = described["requestBody"]["content"]["application/json"]
    several = {"type": "array", "items": content["schema"], "minItems": 1, "maxItems": MOST_AT_ONCE}
    content["schema"] = {"anyOf": [content["schema"], several]}
    return described


class InteractionsKept(BaseModel):
    """How many. `personal`: they are linked to the citizen, who agreed; else they are only counted."""

    kept: int
    personal: bool


class LearnedTag(BaseModel):
    """A theme or life event that was learned from what the citizen did, and since when."""

    tag: str
    since: AwareDatetime


class DismissedThing(BaseModel):
    """What is offered no more: an item by its number as text, or a theme; `title` is what it is called."""

    scope: Scope
    target: str
    title: str
    since: AwareDatetime


class ProfileShown(BaseModel):
    """What is known of a citizen. Under `reference` an agency reports applications; null without consent."""

    facts: dict[str, bool | int | str]
    life_events: list[str]
    learned: list[LearnedTag]
    dismissed: list[DismissedThing]
    reference: str | None


class TagLeft(BaseModel):
    """A tag that may stay."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    tag: Annotated[Plain, Field(min_length=1, max_length=300)]


class DismissedLeft(BaseModel):
    """A dismissal that may stay."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    scope: Scope
    target: Annotated[Plain, Field(min_length=1, max_length=300)]


_FactName = Annotated[str, Field(min_length=1, max_length=32)]
_FactValue = StrictBool | StrictInt | Annotated[StrictStr, Field(max_length=32)] | None


class ProfileChanges(BaseModel):
    """What changes; a part that is not named stays as it is.

    `facts` by name, null takes one back, those not named stay. The lists say what is left: what is not in
    `learned` is forgotten with all it was learned from, what is not in `dismissed` may be offered again.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    facts: Annotated[dict[_FactName, _FactValue], Field(max_length=50)] | None = None
    life_events: (
        Annotated[list[Annotated[str, Field(max_length=16)]], Field(max_length=MOST_LIFE_EVENTS)] | None
    ) = None
    learned: Annotated[list[TagLeft], Field(max_length=_LEARNED)] | None = None
    dismissed: Annotated[list[DismissedLeft], Field(max_length=MOST_DISMISSALS)] | None = None

    def changes(self) -> Changes:
        """For the store."""
        learned, dismissed = self.learned, self.dismissed
        return Changes(
            facts=self.facts,
            life_events=self.life_events,
            learned=None if learned is None else [one.tag for one in learned],
            dismissed=None if dismissed is None else [(one.scope, one.target) for one in dismissed],
        )


class FactAsked(BaseModel):
    """A fact that may be told, and how it is asked for."""

    name: str
    label: str
    question: str
    kind: FactKind
    unit: str
    most: int
    choices: dict[str, str]


class FactsAsked(BaseModel):
    """Every fact that is kept where that is agreed to; sensitive ones are not among them."""

    facts: list[FactAsked]


def shown(profile: Profile) -> ProfileShown:
    """A profile as it goes out."""
    return ProfileShown(
        facts=dict(profile.facts),
        life_events=list(profile.life_events),
        learned=[LearnedTag(tag=one.tag, since=one.since) for one in profile.learned],
        dismissed=[
            DismissedThing(scope=one.scope, target=one.target, title=one.title, since=one.since)
            for one in profile.dismissed
        ],
        reference=profile.reference,
    )


def asked(fact: Fact) -> FactAsked:
    """A fact as it goes out."""
    return FactAsked(
        name=fact.name, label=fact.label, question=fact.question, kind=fact.kind, unit=fact.unit,
        most=fact.most, choices=dict(fact.choices),
    )  # fmt: skip
