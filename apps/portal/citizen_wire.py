"""Public JSON shapes of what belongs to the citizen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel, StrictBool

from apps.portal.wire import Plain
from core.citizens.consents import Purpose
from core.citizens.feedback import Reason

MOST_FEEDBACK = 500


class NoticeSection(BaseModel):
    """A heading and what stands below it."""

    title: str
    text: str


class PurposeText(NoticeSection):
    """What a citizen agrees to with one purpose."""

    purpose: Purpose


class PrivacyNotice(BaseModel):
    """The privacy notice in plain words; consents are given to its version."""

    version: str
    title: str
    text_sections: list[NoticeSection]
    purposes: list[PurposeText]


class ConsentState(BaseModel):
    """Where a purpose stands: `at` is when it was given or withdrawn, null if it never was given."""

    given: bool
    at: datetime | None
    notice_version: str | None


class ConsentChanges(RootModel[Annotated[dict[Purpose, StrictBool], Field(min_length=1)]]):
    """True gives, false withdraws; what is not named stays as it is."""


class FeedbackRequest(BaseModel):
    """What a citizen says of an answer."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    answer_id: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
    useful: StrictBool
    reason: Reason | None = None
    text: Annotated[Plain, Field(max_length=MOST_FEEDBACK)] | None = None


class FeedbackKept(BaseModel):
    """What is kept now; the text is masked."""

    answer_id: str
    useful: bool
    reason: Reason | None
    text: str | None


class Export(BaseModel):
    """Everything that is stored about a citizen, by the part that stores it."""

    exported_at: datetime
    notice_version: str
    data: dict[str, dict[str, Any]]


class Erased(BaseModel):
    """Nothing is stored any more."""

    erased: bool = True
