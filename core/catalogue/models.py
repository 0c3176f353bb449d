"""Catalogue types: validated when they come in, plain frozen dataclasses from then on.

The same classes are the YAML and JSONL import format (`docs/import.md`), so a wrong field name or
value is refused where it enters and named in the message.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import field
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic.dataclasses import dataclass

from core.answering import Aspect

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
NATIONAL = "000000"


def _checked_link(value: str) -> str:
    if re.fullmatch(r"(?i)tel:[+\d-]+", value):
        return value
    if not re.fullmatch(r"(?i)https?://\S+", value):
        raise ValueError("链接必须以 http://、https:// 或 tel: 开头")
    # Control characters, those of writing direction among them, show another address than the one meant.
    if any(unicodedata.category(character).startswith("C") for character in value):
        raise ValueError("链接含有看不见的控制字符")
    if not _has_plain_host(value):
        raise ValueError("链接的网站地址无法识别，或含有用户名")
    return value


def _has_plain_host(link: str) -> bool:
    """A host that every program reads alike, without a user's name before it."""
    try:
        parts = urlsplit(link)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return False
    return "@" not in parts.netloc and port != 0 and bool(re.fullmatch(r"[\w.-]+|[0-9a-f:.]+", host))


Name = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Names = Annotated[list[Name], Field(max_length=50)]
Title = Annotated[str, StringConstraints(max_length=500)]
DocumentNumber = Annotated[str, StringConstraints(max_length=100)]
Link = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_checked_link)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Status(StrEnum):
    """Where a document or a service item stands in its life.

    `INTERNAL` is published for staff: whoever asks for what is `PUBLISHED` does not get it.
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    INTERNAL = "internal"
    WITHDRAWN = "withdrawn"

    @property
    def answers(self) -> bool:
        """Whether anybody is answered from it, citizens or staff alone."""
        return self in (Status.PUBLISHED, Status.INTERNAL)


class DocumentKind(StrEnum):
    """What sort of text a document is."""

    POLICY = "policy"
    NOTICE = "notice"
    FAQ = "faq"
    EXPLANATION = "explanation"


@dataclass(frozen=True, slots=True, config=_STRICT)
class Region:
    """An administrative division by its six-digit GB/T 2260 code."""

    code: RegionCode
    name: Name
    aliases: Names = field(default_factory=list)
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class OpeningHours:
    """One stretch of opening: ISO weekdays (1 Monday to 7 Sunday) and local clock times.

    A noon break is two stretches. `holidays` says what happens on public holidays.
    """

    weekdays: list[Annotated[int, Field(ge=1, le=7)]]
    opens: ClockTime
    closes: ClockTime
    holidays: Literal["closed", "open"] = "closed"


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Agency:
    """A government department, its names and how to reach it.

    Attributes:
        former_names: Official names that it had before; records that bear one are its own.
    """

    external_id: ExternalId
    name: Name
    region: RegionCode = NATIONAL
    aliases: Names = field(default_factory=list)
    former_names: list[Name] = field(default_factory=list)
    phone: str | None = None
    address: str | None = None
    website: Link | None = None
    hours: list[OpeningHours] = field(default_factory=list)
    duties: str | None = None
    demo: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The official name, then those it had before."""
        return (self.name, *self.former_names)


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class AnsweredQuestion:
    """A question as citizens ask it, and where its record answers it.

    Attributes:
        aspect: The field of a guide; none where the whole guide answers.
        quote: Words of a text, as they stand in the sentence that answers.
    """

    ask: Name
    aspect: Aspect | None = None
    quote: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None


Questions = Annotated[list[AnsweredQuestion], Field(max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Document:
    """A published text: policy, notice, FAQ entry or explanation.

    `text` is the raw text that passages and citations point into, by character offsets.
    For a FAQ the title is the question and `question_variants` are other ways to ask it. `questions` are
    what a longer text answers, each with the words that answer it. `page_starts` are the offsets in `text`
    at which page 2, 3 … of the file begin; empty where it has no pages. `replaces` are external ids of the
    documents that end where this one begins, `explains` that of the document it is the official reading of.
    What is `internal` staff find in the console, and citizens nowhere.
    """

    external_id: ExternalId
    text: Annotated[str, Field(min_length=1, max_length=2_000_000)]
    kind: DocumentKind = DocumentKind.POLICY
    title: Title | None = None
    document_number: DocumentNumber | None = None
    agency: Name | None = None
    region: RegionCode = NATIONAL
    published_on: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    source_url: Link | None = None
    question_variants: Names = field(default_factory=list)
    questions: Questions = field(default_factory=list)
    replaced_by: str | None = None
    replaces: Annotated[list[ExternalId], Field(max_length=20)] = field(default_factory=list)
    explains: ExternalId | None = None
    page_starts: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=10_000)] = field(
        default_factory=list
    )
    internal: bool = False
    demo: bool = False

    @field_validator("page_starts")
    @classmethod
    def _within_the_text(cls, starts: list[int], info: ValidationInfo) -> list[int]:
        if any(later < earlier for earlier, later in pairwise(starts)):
            raise ValueError("页的起始位置必须由小到大")
        if starts and starts[-1] > len(info.data.get("text", "")):
            raise ValueError("页的起始位置超出了正文")
        return starts


def page_of(document: Document, offset: int) -> int | None:
    """The page, from 1, on which the character at `offset` of the text stands; None of what has no pages."""
    return bisect_right(document.page_starts, offset) + 1 if document.page_starts else None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Material:
    """One thing to bring or upload."""

    name: Name
    copies: Annotated[int, Field(ge=0, le=99)] | None = None
    original: Literal["original", "copy", "original_and_copy", "electronic"] | None = None
    source: str | None = None
    required: bool = True
    note: str | None = None
    form_url: Link | None = None
    sample_url: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Fee:
    """What it costs: the sentence that is shown, and the amount in yuan where it is one number."""

    text: Line
    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Place:
    """A counter where the service item is handled."""

    name: Name
    address: Line
    region: RegionCode = NATIONAL
    phone: str | None = None
    hours: list[OpeningHours] = field(default_factory=list)
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Outcome:
    """What the citizen gets in the end, and how it reaches them."""

    name: Name
    delivery: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class ServiceItem:
    """A service item (办事指南). A field the agency has not published is empty, never guessed.

    `eligibility` is a rule tree: `{"all": [...]}`, `{"any": [...]}`, `{"not": rule}` or a leaf
    `{"fact": name, "op": "eq|ne|ge|le|in", "value": ...}`, see `core.catalogue.rules`. `internal` as in
    `Document`.
    """

    external_id: ExternalId
    name: Name
    code: str | None = None
    aliases: Names = field(default_factory=list)
    question_variants: Names = field(default_factory=list)
    questions: Questions = field(default_factory=list)
    agency: Name | None = None
    region: RegionCode = NATIONAL
    audience: list[Literal["个人", "法人"]] = field(default_factory=list)
    theme: str | None = None
    life_events: list[Name] = field(default_factory=list)
    sensitive: bool = False
    summary: Line | None = None
    eligibility: dict[str, object] | None = None
    conditions: list[Line] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    steps: list[Line] = field(default_factory=list)
    fee: Fee | None = None
    statutory_limit: str | None = None
    promised_limit: str | None = None
    places: list[Place] = field(default_factory=list)
    phone: str | None = None
    online_url: Link | None = None
    online_note: str | None = None
    legal_basis: list[Line] = field(default_factory=list)
    result: Outcome | None = None
    validity: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    source_url: Link | None = None
    internal: bool = False
    demo: bool = False
