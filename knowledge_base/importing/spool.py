"""Records on their way from reading to writing, in a file without a name that no crash leaves behind."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from core.catalogue.records import NewPassage
from knowledge_base.importing.ports import Content


@dataclass(frozen=True, slots=True)
class Job:
    """A record that is new or different, with its passages."""

    record: Content
    passages: Sequence[NewPassage]


class Spool:
    """Jobs in order; written first, then read once. Only this process can reach the file."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self.passages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, job: Job) -> None:
        """Appends a job."""
        pickle.dump((job.record, job.passages), self._file, pickle.HIGHEST_PROTOCOL)
        self.passages += len(job.passages)

    def batches(self, passages: int, records: int) -> Iterator[list[Job]]:
        """All jobs, gathered until a batch has this many passages or records."""
        end = self._file.tell()
        self._file.seek(0)
        batch: list[Job] = []
        while self._file.tell() < end:
            batch.append(Job(*pickle.load(self._file)))
            if len(batch) >= records or sum(len(job.passages) for job in batch) >= passages:
                yield batch
                batch = []
        if batch:
            yield batch
