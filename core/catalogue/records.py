"""Records and passages as they stand in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, ServiceItem, Status

Outcome = Literal["created", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """Which catalogue this is, and the number of its latest change."""

    epoch: str
    revision: int


@dataclass(frozen=True, slots=True)
class Change:
    """The latest change of one record."""

    key: RecordKey
    revision: int
    deleted: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What is published."""

    documents: int
    items: int
    passages: int


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A piece of a record that is found and quoted on its own.

    Attributes:
        ordinal: Place among the record's passages, from 0.
        field: Aspect or "whole" of a guide, "faq", or empty.
        heading: Headings above it, outermost first.
        start, end: Character offsets into the record's raw text.
        embed_text: The exact string that is embedded.
    """

    ordinal: int
    field: str
    heading: str
    text: str
    start: int
    end: int
    embed_text: str


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its number and the record it belongs to."""

    id: int
    key: RecordKey
    ordinal: int
    field: str
    heading: str
    text: str
    start: int
    end: int
    embed_text: str


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record with what the catalogue keeps about it.

    Attributes:
        version: Counts the contents it has had, from 1.
        revision: Number of its latest change in the catalogue.
    """

    key: RecordKey
    external_id: str
    version: int
    revision: int
    status: Status
    title: str
    record: Document | ServiceItem


@dataclass(frozen=True, slots=True)
class PutResult:
    """What writing a record came to; the revision is that of its latest change."""

    key: RecordKey
    outcome: Outcome
    revision: int
