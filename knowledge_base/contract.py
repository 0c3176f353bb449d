"""The wire types of the knowledge service, shared by service, client, action server and portal."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.answering import AnswerStatus, Aspect
from core.citizens.deeds import Deed
from core.citizens.wishes import SubscriptionKind, Wish
from knowledge_base.bundle_parts import BundlePart
from knowledge_base.eligibility_ref import EligibilityRef

MAX_QUESTION = 2_000
MAX_EARLIER = 3
MOST_TEXTS = 64


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Target(_Wire):
    """What a choice or a follow-up points at: an item or a document, by its internal id."""

    kind: Literal["item", "document"]
    id: int


class Citation(_Wire):
    """A source as it is shown: whose document, which, and the words quoted from it.

    `document_id` is null where the source is the guide of a service item. `context` holds the quote with what
    stands before and after it in the document; `page` is where it begins in the file, if that has any.
    """

    document_id: int | None = None
    external_id: str
    title: str
    agency: str | None = None
    document_number: str | None = None
    published_on: date | None = None
    url: str | None = None
    quote: str = ""
    context: str = ""
    page: int | None = None


class ItemRef(_Wire):
    """A service item named in a reply."""

    item_id: int
    name: str
    agency: str | None = None


class AnswerPart(_Wire):
    """An answer message: the text shown, what it quotes and what it is about."""

    kind: Literal["answer"] = "answer"
    text: str
    citations: list[Citation] = []
    item: ItemRef | None = None
    aspect: Aspect | None = None
    related: list[ItemRef] = []


class TextPart(_Wire):
    """A canned sentence."""

    kind: Literal["text"] = "text"
    text: str


class Choice(_Wire):
    """One thing the citizen may mean; `region` where picking it also tells the citizen's district.

    Only the portal offers one with a `wish` or a `deed`, which picking it carries out.
    """

    title: str
    target: Target
    aspect: Aspect | None = None
    region: str | None = None
    wish: Wish | None = None
    deed: Deed | None = None


class ChoicesPart(_Wire):
    """A question back, with two or three things to choose from."""

    kind: Literal["choices"] = "choices"
    text: str
    choices: list[Choice]


class SubscribePart(_Wire):
    """What a citizen wants to hear of, or no more. The portal, which knows who it is, carries it out.

    Attributes:
        text: Said where there is nothing to subscribe to or to list, and to `explain`.
        act: `explain` changes nothing: it says how, and offers what it may be about.
        scope: Kind of subject, where the citizen named one.
        targets: Matters that it may be about, the likeliest first.
        certain: The first of them is meant.
        named: The matter in the citizen's words; empty where it is what was talked of.
    """

    kind: Literal["subscribe"] = "subscribe"
    text: str
    act: Literal["subscribe", "unsubscribe", "unsubscribe_all", "list", "explain"]
    scope: SubscriptionKind | None = None
    targets: list[Target] = []
    certain: bool = False
    named: str = ""


class SubscriptionRef(_Wire):
    """A theme or an agency by its name, a service item by its number as text."""

    kind: SubscriptionKind
    target: str
    title: str
    subscribed: bool


class SubscriptionPart(_Wire):
    """What became of a wish to subscribe; without the consent that it needs nothing did."""

    kind: Literal["subscription"] = "subscription"
    text: str
    targets: list[SubscriptionRef]
    needs_consent: bool = False


class RecommendPart(_Wire):
    """What a citizen wants of recommendations. The portal, which knows who it is, carries it out.

    Attributes:
        text: Said with the common items, or where there are none.
        act: For recommendations, for the reason of those that were shown, or for no more of a kind.
        targets: What the conversation is about, the likeliest first.
        common: Items that many come for, offered where nothing can be recommended.
    """

    kind: Literal["recommend"] = "recommend"
    text: str
    act: Literal["recommend", "explain", "dismiss"]
    targets: list[Target] = []
    common: list[Choice] = []


class ServiceRef(_Wire):
    """A service item that is recommended, with the reason; `source` names where it comes from."""

    item_id: int
    name: str
    agency: str | None = None
    theme: str | None = None
    reason: str
    source: str
    eligibility: EligibilityRef
    url: str | None = None


class ServicesPart(_Wire):
    """Service items that are recommended; `personalized`: by what is known of the citizen."""

    kind: Literal["services"] = "services"
    text: str
    items: list[ServiceRef]
    personalized: bool = False


Part = Annotated[
    AnswerPart
    | TextPart
    | ChoicesPart
    | SubscribePart
    | SubscriptionPart
    | RecommendPart
    | ServicesPart
    | BundlePart,
    Field(discriminator="kind"),
]


class AnswerRequest(_Wire):
    """A question with what the conversation already knows.

    Attributes:
        question: Masked text of the citizen, at most `MAX_QUESTION` characters.
        aspect: Aspect the dialogue model recognised in this turn, if any.
        current: Item or document the conversation is about.
        chosen: Set when the citizen picked a choice: answer this target without retrieval.
        earlier: Questions of this conversation before this one, newest first, so that "2025年呢" can go on.
        offered: Choices of the last reply, so that "第二个" or "居住证那个" can pick one in words.
        region: Six-digit region code chosen in the conversation.
        region_asked: The conversation was asked for the district before; it is not asked twice.
        deadline_ms: How long the caller still waits.
    """

    question: Annotated[str, Field(max_length=MAX_QUESTION)] = ""
    aspect: Aspect | None = None
    current: Target | None = None
    current_aspect: Aspect | None = None
    chosen: Target | None = None
    earlier: Annotated[
        list[Annotated[str, Field(max_length=MAX_QUESTION)]], Field(max_length=MAX_EARLIER)
    ] = []
    offered: list[Choice] = []
    region: str | None = None
    region_asked: bool = False
    deadline_ms: Annotated[int, Field(gt=0)] = 8_000


class AnswerReply(_Wire):
    """How the question ended, the messages to show, and what the conversation is about now.

    Attributes:
        region: Region that the citizen named in this turn, to be kept for the conversation.
        asks_region: The choices ask for the citizen's district.
    """

    status: AnswerStatus
    parts: list[Part]
    target: Target | None = None
    aspect: Aspect | None = None
    region: str | None = None
    asks_region: bool = False
    passage_ids: list[int] = []
    versions: dict[str, int] = {}
    step_ms: dict[str, float] = {}


class SearchRequest(_Wire):
    """A text to search for; `k` passages at most."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
    k: Annotated[int, Field(ge=1, le=50)] = 10
    region: str | None = None


class SearchHit(_Wire):
    """One found passage. `document_id` and `item_id`: exactly one is set."""

    passage_id: int
    document_id: int | None = None
    item_id: int | None = None
    external_id: str
    title: str
    agency: str | None = None
    heading: str = ""
    text: str
    score: float


class SearchReply(_Wire):
    """Hits in rank order and how long finding them took, in milliseconds."""

    hits: list[SearchHit]
    took_ms: float


class EmbedRequest(_Wire):
    """Texts to be embedded as questions are."""

    texts: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]],
        Field(min_length=1, max_length=MOST_TEXTS),
    ]


class EmbedReply(_Wire):
    """Vectors of the texts in their order.

    Attributes:
        model: Digest of the model: vectors of another one are not to be compared with these.
        vectors: Base64 of little-endian four-byte numbers, one text after the other.
    """

    model: str
    dimension: int
    vectors: str


class ServiceState(_Wire):
    """What a replica has loaded."""

    epoch: str
    revision: int
    catalogue_revision: int
    documents: int
    items: int
    passages: int
    model: str
    dimension: int
    ready: bool
