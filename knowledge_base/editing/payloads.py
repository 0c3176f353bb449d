"""What the commands on contents are given."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints

from core.catalogue.keys import Kind
from core.commands import Payload

ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Version = Annotated[int, Field(ge=1, lt=2**31)]
Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class OfRecord(Payload):
    """A record of the catalogue, or one that is to be."""

    kind: Kind
    external_id: ExternalId


class OfDraft(OfRecord):
    """A draft as the actor has seen it."""

    mark: Mark


class SaveDraft(OfRecord):
    """What a draft says from now on.

    Attributes:
        mark: Of the draft that it was written on; none where there was no draft.
        base: Version of the record that it was written on; 0 where there was no record.
    """

    mark: Mark | None = None
    base: Annotated[int, Field(ge=0, lt=2**31)]
    content: dict[str, Any]


class Bring(OfRecord):
    """A content out of a file: written on the record as it is, where there is no draft."""

    content: dict[str, Any]


class Reject(OfDraft):
    """A draft sent back, and why."""

    comment: Words


class OfVersion(OfRecord):
    """A record as the actor has seen it."""

    version: Version


class Withdraw(OfVersion):
    """A record taken out of every answer, and why."""

    reason: Words


class Restore(OfRecord):
    """A draft of what a record said in one of its versions."""

    version: Version


class Unschedule(OfDraft):
    """A draft that is not to be published at its hour, and why."""

    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class Schedule(OfDraft):
    """A draft to be published at a set instant."""

    at: AwareDatetime
