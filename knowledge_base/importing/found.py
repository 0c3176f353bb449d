"""What a reader hands on: a file, a record with its place, or a problem with its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.catalogue.models import Agency, Document, Region, ServiceItem

Record = Region | Agency | Document | ServiceItem


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
class Found:
    """A valid record and where it stands, such as `guides.yaml:items[3]`.

    Attributes:
        is_named: It gives its external id itself, so that it may replace whatever has this id.
    """

    record: Record
    place: str
    is_named: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was not imported: where it stands and one plain line."""

    place: str
    reason: str
    told: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class Unreadable(Exception):
    """A file or record that cannot be used; the text is the reason, `line` counts from 1 where known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line

    def problem(self, place: str) -> Problem:
        """The problem to report for the file or record at `place`."""
        return Problem(place if self.line is None else f"{place}:{self.line}", self.reason)


def place_name(path: Path) -> str:
    """A path as a message shows it, also where its bytes are not UTF-8."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
