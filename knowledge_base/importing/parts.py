"""The files that an upload consists of, one by one, so that reading can go on where it stood."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from knowledge_base.importing.building import Records
from knowledge_base.importing.found import Found, OpenFile, Problem, problem_of, shown_place
from knowledge_base.importing.parsing.messages import Archived, Contents, Defaults, Parsed, Refused
from knowledge_base.importing.records import Builder
from knowledge_base.importing.sandbox import parsed
from knowledge_base.importing.unreadable import Unreadable
from knowledge_base.importing.uploads import (
    bounded,
    document_id,
    family_within_bounds,
    read_archived,
    read_stream,
    unread,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an upload.

    Attributes:
        number: From 1, in the order of the archive: the same each time the same bytes are read.
        total: Of so many.
        place: How a message names it.
        found: What is in it, read while it is asked for; to be left behind before the next part.
    """

    number: int
    total: int
    place: str
    found: Iterator[Found | Problem]


def parts_of(file: OpenFile, builder: Builder, after: int = 0) -> Generator[Part]:
    """The files of an archive, or the file itself; what cannot be read is a part with its problem.

    Args:
        after: Those up to this number are passed over unread.
    """
    file = replace(file, place=shown_place(file.place))
    if _is_archive(file):
        yield from _archived(file, builder, after)
    elif after < 1:
        yield Part(1, 1, file.place, read_stream(file, builder))


def files_in(file: OpenFile) -> int:
    """How many files an archive holds by its directory; 0 of anything else, or where it cannot be read."""
    if not _is_archive(file):
        return 0
    messages = parsed(file.stream, "zip")
    try:
        first = next(messages, None)
    except Unreadable:
        return 0
    finally:
        messages.close()
    return first.files if isinstance(first, Contents) else 0


def _is_archive(file: OpenFile) -> bool:
    try:
        return family_within_bounds(file.stream, file.name) == "zip"
    except (Unreadable, OSError):
        return False


def _archived(file: OpenFile, builder: Builder, after: int) -> Generator[Part]:
    messages = parsed(file.stream, "zip")
    total = number = 0
    try:
        for message in messages:
            if isinstance(message, Contents):
                total = message.files
                continue
            number += 1
            if number > after:
                found = _found(file, message, builder)
                yield Part(number, max(total, number), _place(file, message), bounded(found, file.place))
    except (Unreadable, OSError) as error:
        why = problem_of(error, file.place) if isinstance(error, Unreadable) else unread(error, file.place)
        # Nothing follows: what is missing cannot be told apart.
        yield Part(number + 1, max(total, number + 1), file.place, bounded([why], file.place))
    finally:
        messages.close()


def _place(file: OpenFile, message: Archived | Parsed | Defaults | Refused) -> str:
    if isinstance(message, Archived):
        return shown_place(f"{file.place}/{message.name}")
    return file.place + shown_place(getattr(message, "where", ""))


def _found(
    file: OpenFile, message: Archived | Parsed | Defaults | Refused, builder: Builder
) -> Iterator[Found | Problem]:
    if isinstance(message, Archived):
        # The time of each file is bounded; nobody waits for the whole of them in front of a page.
        yield from read_archived(file, message, builder, math.inf)
    elif (made := Records(file.place, document_id(file.name), builder).take(message)) is not None:
        yield made
