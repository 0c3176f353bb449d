"""What a parser finds. A child process writes it: a line of JSON for each, behind a file its bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple, get_args

from knowledge_base.importing.unreadable import Unreadable

Kind = Literal["region", "agency", "document", "item", "bundle"]
KINDS: Final[Sequence[str]] = get_args(Kind)
# JSON knows no date, and a date is not the text that looks like it. No field has such a name.
_DATE: Final = "\x00date"

# Of tuples and not of dataclasses: to load these takes a fifth of the time in which a child starts.


class Parsed(NamedTuple):
    """The fields of a record.

    Attributes:
        where: What is appended to the file's place, such as `:问答[3]`.
        identity: Tells records of one file apart that name no id of their own; empty where it holds only one,
            None where each must name its own.
    """

    kind: Kind
    values: Mapping[str, Any]
    where: str = ""
    identity: str | None = ""
    notes: Sequence[str] = ()


class Defaults(NamedTuple):
    """Fields of all records to come that leave them open, and the line where they stand."""

    values: Mapping[str, Any]
    line: int


class Refused(NamedTuple):
    """Why something cannot be read, in English and in Chinese."""

    reason: str
    told: str
    where: str = ""


class Contents(NamedTuple):
    """How many files an archive holds; each comes as one that is `Archived` or `Refused`."""

    files: int


class Archived(NamedTuple):
    """A file of an archive; its bytes follow."""

    name: str
    content: bytes


Message = Parsed | Defaults | Refused | Contents | Archived


def refused(error: Unreadable, where: str = "") -> Refused:
    """The problem of the file, or of the record at `where`."""
    line = "" if error.line is None else f":{error.line}"
    return Refused(error.reason, error.told, where + line)


def to_line(message: Message) -> bytes:
    """A message as it is written, without the bytes of a file."""
    if isinstance(message, Archived):
        plain: dict[str, Any] = {"name": message.name, "size": len(message.content)}
    else:
        plain = message._asdict()
    said = {"is": type(message).__name__, **plain}
    written = json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=_other)
    return written.encode("utf-8", "surrogatepass") + b"\n"


def from_line(line: bytes) -> Any:
    """The plain values of a line.

    Raises:
        ValueError: It is not JSON, or says a date that is none.
        RecursionError: It is nested too deeply.
    """
    return json.loads(line, object_hook=_read_other)


def _other(value: object) -> Mapping[str, str]:
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    raise TypeError(f"{type(value).__name__} is not written")


def _read_other(mapping: dict[str, Any]) -> Any:
    return date.fromisoformat(str(mapping[_DATE])) if len(mapping) == 1 and _DATE in mapping else mapping
