"""Public JSON shapes of good-or-bad ratings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from apps.portal.wire import LARGEST_ID, Plain
from casework.ratings.models import MOST_TEXT, REASONS, Level, Reason, TargetKind, TaskState
from casework.ratings.rating import Rating


class RatingTarget(BaseModel):
    """What is rated: the conversation, or a service item by its `item_id`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: TargetKind
    item_id: Annotated[StrictInt, Field(ge=1, le=LARGEST_ID)] | None = None

    @model_validator(mode="after")
    def _names_an_item(self) -> RatingTarget:
        if (self.kind is TargetKind.ITEM) != (self.item_id is not None):
            raise ValueError("item_id")
        return self


class RatingRequest(BaseModel):
    """How satisfied a citizen is: `level` 1 (非常不满意) to 5 (非常满意)."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    target: RatingTarget
    level: Annotated[StrictInt, Field(ge=1, le=5)]
    reasons: Annotated[list[Reason], Field(max_length=len(Reason))] = []
    text: Annotated[Plain, Field(max_length=MOST_TEXT)] | None = None

    @model_validator(mode="after")
    def _has_fitting_reasons(self) -> RatingRequest:
        if not set(self.reasons) <= set(REASONS[self.target.kind]):
            raise ValueError("reasons")
        return self


class RatingKept(BaseModel):
    """A rating as it is kept; the text is masked.

    `title` is what the item was called. `state` of a bad one is `open`, `in_hand`, `called_back` or `closed`;
    the rating can be changed while it is `open` or null.
    """

    id: str
    target: RatingTarget
    title: str | None
    level: Level
    reasons: list[Reason]
    text: str | None
    created: datetime
    updated: datetime
    state: TaskState | None


class RatingAnswer(RatingKept):
    """`told`: a reply may come into the inbox; else the consent `followup_notice` is missing."""

    told: bool


class RatingListed(BaseModel):
    """A citizen's own, the latest first."""

    ratings: list[RatingKept]


def kept(one: Rating) -> RatingKept:
    """A rating as it goes out."""
    return RatingKept(
        id=one.id,
        target=RatingTarget(kind=one.target.kind, item_id=one.target.item_id),
        title=one.title,
        level=one.opinion.level,
        reasons=list(one.opinion.reasons),
        text=one.opinion.text,
        created=one.created,
        updated=one.updated,
        state=one.state,
    )
