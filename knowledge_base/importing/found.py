"""What a reader hands on: a file, a record with its place, or a problem with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from core.catalogue.bundles import Bundle
from core.catalogue.models import Agency, Document, Region, ServiceItem
from knowledge_base.importing.unreadable import Unreadable

Record = Region | Agency | Document | ServiceItem | Bundle
_PLACE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be imported.

    Attributes:
        path: Where it is.
        place: How a message names it.
        name: Its path below the imported folder, with forward slashes: the external id of a document
            whose file gives none.
    """

    path: Path
    place: str
    name: str


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that somebody sends, which has no name of its own on this machine.

    Attributes:
        stream: Open and flushed; whoever reads it moves its position.
        place: How a message names it.
        name: What the sender calls it.
    """

    stream: BinaryIO
    place: str
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """A valid record and where it stands, such as `guides.yaml:items[3]`.

    Attributes:
        is_named: It gives its external id itself, so that it may replace whatever has this id.
        says_for_whom: It says itself whether it is internal; where it does not, a known one stays what it is.
        notes: What a clerk should know of how it was read, in Chinese.
    """

    record: Record
    place: str
    is_named: bool = True
    says_for_whom: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was not imported: where it stands and one plain line.

    Attributes:
        told: The reason in Chinese for a clerk; the plain line where there is none.
    """

    place: str
    reason: str
    told: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.told:
            object.__setattr__(self, "told", self.reason)

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


def problem_of(error: Unreadable, place: str) -> Problem:
    """The problem to report for the file or record at `place`."""
    return Problem(place if error.line is None else f"{place}:{error.line}", error.reason, error.told)


def place_name(path: Path) -> str:
    """A path as a message shows it, also where its bytes are not UTF-8."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def shown_place(place: str) -> str:
    """A place as a message shows it: no control characters, at most 300 characters."""
    return "".join(one if is_printable(one) else "�" for one in place)[:_PLACE_LENGTH]


def is_printable(character: str) -> bool:
    """It leaves a mark or a space, also the wide one."""
    return character.isprintable() or character == "\u3000"
