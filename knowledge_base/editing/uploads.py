"""Records read from a file that somebody brings, each saved as a draft of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, Protocol

from core.catalogue.models import Document, ServiceItem
from core.catalogue.payloads import kind_of, to_payload
from core.commands import Actor, Denied
from core.errors import BadInput, Conflict
from knowledge_base.importing.found import Found, OpenFile, Problem
from knowledge_base.importing.records import Builder
from knowledge_base.importing.uploads import read_stream

BRING: Final = "content.bring"


class Commands(Protocol):
    """Runs named commands (`staff.runner`)."""

    def run(self, actor: Actor, name: str, given: Mapping[str, Any]) -> Any:
        """What the command gives its caller."""
        ...


@dataclass(frozen=True)
class Upload:
    """A file as somebody brings it.

    Attributes:
        name: As the file is called there; nothing of it is trusted.
        filling: Agency, region, kind and whether it is internal, of the records that do not say.
    """

    name: str
    filling: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Uploaded:
    """What came of one record of a file.

    Attributes:
        outcome: `drafted`, `unchanged` where nothing differs from what is stored, or `problem`.
        place: Which file, and where in it.
        told: A sentence for whoever brought it; empty where there is nothing to say.
    """

    outcome: str
    place: str
    kind: str = ""
    external_id: str = ""
    title: str = ""
    told: str = ""


# Runs `content.bring` with what it is given, and gives on what is made of the command's value.
Bring = Callable[[Mapping[str, Any], Callable[[Any], Uploaded]], Uploaded]


def uploaded(stream: BinaryIO, upload: Upload, commands: Commands, actor: Actor) -> Generator[Uploaded]:
    """Reads an open file and saves what it holds, record after record.

    A record that cannot be saved leaves the others be; what is saved stays where the reading is broken off.
    """
    file = OpenFile(stream, place=upload.name, name=upload.name)

    def bring(given: Mapping[str, Any], told: Callable[[Any], Uploaded]) -> Uploaded:
        return told(commands.run(actor, BRING, given))

    for found in read_stream(file, Builder(upload.filling)):
        yield saved(found, bring)


def saved(found: Found | Problem, bring: Bring) -> Uploaded:
    """What comes of something that was found in a file; what cannot be saved is a problem."""
    if isinstance(found, Problem):
        return Uploaded("problem", found.place, told=found.told)
    if not isinstance(found.record, Document | ServiceItem):
        return Uploaded("problem", found.place, told="机构、区划和一件事不能随文件上传，请在相应页面维护。")
    return _saved(found, found.record, bring)


def _saved(found: Found, record: Document | ServiceItem, bring: Bring) -> Uploaded:
    content = json.loads(to_payload(record))
    external_id, kind = content.pop("external_id"), kind_of(record)
    if not found.says_for_whom:
        del content["internal"]
    given = {"kind": kind, "external_id": external_id, "content": content}
    title = (record.name if isinstance(record, ServiceItem) else record.title) or external_id
    notes = " ".join(found.notes)

    def told(drafted: Any) -> Uploaded:
        outcome = "drafted" if drafted else "unchanged"
        return Uploaded(outcome, found.place, kind, external_id, title, notes)

    try:
        return bring(given, told)
    except (BadInput, Conflict) as error:
        return Uploaded("problem", found.place, told=error.public_message)
    except Denied:
        why = "编号已被其他部门的内容使用，或您不能编辑该部门的内容。"
        return Uploaded("problem", found.place, told=why)
