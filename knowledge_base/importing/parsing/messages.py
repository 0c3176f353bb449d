"""What the child process writes: one JSON object on each line, of which a file announces its bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Parsed:
    """The fields of a document or a service item.

    Attributes:
        where: What is appended to the file's place, such as `:问答[3]`.
        identity: Tells records of one file apart that name no id of their own; empty where it holds only one.
    """

    kind: Literal["document", "item"]
    values: Mapping[str, Any]
    where: str = ""
    identity: str = ""
    notes: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something cannot be read, in English and in Chinese."""

    reason: str
    told: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Archived:
    """A file of an archive; its bytes follow."""

    name: str
    content: bytes


Message = Parsed | Refused | Archived


def to_wire(message: Message) -> Mapping[str, Any]:
    """A message as it is written, without the bytes of a file."""
    if isinstance(message, Archived):
        return {"is": "Archived", "name": message.name, "size": len(message.content)}
    return {"is": type(message).__name__, **asdict(message)}
