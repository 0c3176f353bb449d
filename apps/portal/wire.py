"""Public JSON shapes of the portal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import ServiceItem
from knowledge_base.bundle_parts import BundlePart
from knowledge_base.contract import MAX_QUESTION, Citation, ItemRef, ServiceRef, SubscriptionRef

# What the database's ids can be.
LARGEST_ID = 2**31 - 1


def _without_nul(text: str) -> str:
    # PostgreSQL has no such character in a text.
    if "\0" in text:
        raise ValueError("U+0000")
    return text


Plain = Annotated[str, AfterValidator(_without_nul)]
RegionCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class ChatRequest(BaseModel):
    """What a citizen says: a text, or the payload of a choice; one of the two.

    A message that is sent again with the same `client_message_id` gets the reply of the first time.
    `region` is kept for the conversation; an empty one forgets it, without one it stays.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    text: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)] | None = None
    payload: Annotated[Plain, Field(min_length=1, max_length=200)] | None = None
    client_message_id: Annotated[str, Field(pattern=r"^[\w.:-]{1,64}$")] | None = None
    region: RegionCode | Literal[""] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> ChatRequest:
        if (self.text is None) == (self.payload is None):
            raise ValueError("text 与 payload 须且只须提供一个")
        return self


class TextMessage(BaseModel):
    """A sentence."""

    message_id: str
    kind: Literal["text"] = "text"
    text: str


class AnswerMessage(BaseModel):
    """An answer with its sources."""

    message_id: str
    kind: Literal["answer"] = "answer"
    answer_id: str
    status: AnswerStatus
    text: str
    citations: list[Citation] = []
    item: ItemRef | None = None
    aspect: Aspect | None = None
    aspect_label: str | None = None
    related: list[ItemRef] = []


class ChoiceButton(BaseModel):
    """One thing to choose: send its payload back."""

    title: str
    payload: str


class ChoicesMessage(BaseModel):
    """A question back."""

    message_id: str
    kind: Literal["choices"] = "choices"
    text: str
    choices: list[ChoiceButton]


class SubscriptionMessage(BaseModel):
    """What was subscribed to or ended, or could be; `subscribed` is how it stood when this was said."""

    message_id: str
    kind: Literal["subscription"] = "subscription"
    text: str
    targets: list[SubscriptionRef]
    needs_consent: bool = False


class ServiceCard(ServiceRef):
    """A service item that is recommended: send its payload back for the answer about it."""

    payload: str


class ServicesMessage(BaseModel):
    """Service items that are recommended; `personalized`: by what is known of the citizen."""

    message_id: str
    kind: Literal["services"] = "services"
    text: str
    items: list[ServiceCard]
    personalized: bool = False


class BundleMessage(BundlePart):
    """A life event that the conversation shows, with its steps and materials."""

    message_id: str


Message = Annotated[
    TextMessage | AnswerMessage | ChoicesMessage | SubscriptionMessage | ServicesMessage | BundleMessage,
    Field(discriminator="kind"),
]


class ChatReply(BaseModel):
    """The reply to one message; `region` is the district that the conversation is in now."""

    conversation: str
    answer_id: str
    status: AnswerStatus
    region: str | None = None
    messages: list[Message]


class OpinionReply(BaseModel):
    """What staff answered to what the citizen said of an answer; `agency` is its name, or null."""

    text: str
    agency: str | None
    at: datetime


class HistoryMessage(BaseModel):
    """A bubble of the transcript: the fields of its kind, who said it, and when.

    `answer_id` is that of the answer it belongs to, null with what a citizen said. `reply` is there on the
    last message of an answer to whose feedback staff have replied.
    """

    model_config = ConfigDict(extra="allow")

    message_id: str
    role: Literal["citizen", "assistant"]
    kind: str
    created: datetime
    answer_id: str | None = None
    reply: OpinionReply | None = None


class History(BaseModel):
    """The transcript, oldest message first, and the district that the conversation is in."""

    conversation: str
    region: str | None = None
    messages: list[HistoryMessage]


class Hit(BaseModel):
    """A found passage of a document or of a service item."""

    document_id: int | None
    external_id: str
    item_id: int | None
    title: str
    agency: str | None
    text: str
    score: float


class SearchResult(BaseModel):
    """Hits, best first."""

    hits: list[Hit]
    took_ms: float


class ItemSummary(BaseModel):
    """A service item in a list."""

    item_id: int
    external_id: str
    name: str
    agency: str | None
    region: str
    theme: str | None
    summary: str | None
    url: str


class ItemList(BaseModel):
    """A page of service items, and how many there are in all."""

    items: list[ItemSummary]
    total: int


class HotItem(ItemSummary):
    """A service item that many ask for, and what they ask."""

    question: str


class HotItems(BaseModel):
    """At most eight, over different themes."""

    items: list[HotItem]


class District(BaseModel):
    """A district by its six-digit code."""

    code: str
    name: str


class Districts(BaseModel):
    """Districts, by code."""

    regions: list[District]


class ItemGuide(BaseModel):
    """The whole guide of a service item; what the agency has not published is empty."""

    item_id: int
    version: int
    url: str
    guide: ServiceItem


class About(BaseModel):
    """Whose assistant this is, and how many seconds an answer may take."""

    city_name: str
    hotline: str
    deadline_s: float
    demo: bool = False


class Availability(BaseModel):
    """Whether questions are answered now; the message is there only while they are not."""

    open: bool
    message: str | None = None


class ErrorDetail(BaseModel):
    """What went wrong, for a program and for a person."""

    code: str
    message: str


class ErrorBody(BaseModel):
    """The body of every error."""

    error: ErrorDetail


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How errors with these HTTP statuses stand in the description of the interface."""
    return {status: {"model": ErrorBody} for status in statuses}


def payload_of(message: BaseModel) -> dict[str, Any]:
    """A message as the transcript keeps it: without its id and kind."""
    return message.model_dump(mode="json", exclude={"message_id", "kind"})
