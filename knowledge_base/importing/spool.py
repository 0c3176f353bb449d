"""Records on their way from reading to writing, in files without a name that no crash leaves behind."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from core.catalogue.records import NewPassage
from knowledge_base.importing.ports import Content

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Job:
    """A record that is new or different, with its passages."""

    record: Content
    passages: Sequence[NewPassage]


class Spool(Generic[_T]):
    """Things in order; written first, then read once. Only this process can reach the file."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, thing: _T) -> None:
        """Appends one."""
        pickle.dump(thing, self._file, pickle.HIGHEST_PROTOCOL)

    def __iter__(self) -> Iterator[_T]:
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            thing: _T = pickle.load(self._file)  # noqa: S301 - written by this process
            yield thing


def batches(jobs: Spool[Job], passages: int, records: int) -> Iterator[list[Job]]:
    """All jobs, gathered until a batch has this many passages or records."""
    batch: list[Job] = []
    for job in jobs:
        batch.append(job)
        if len(batch) >= records or sum(len(one.passages) for one in batch) >= passages:
            yield batch
            batch = []
    if batch:
        yield batch
