"""What was brought into an installation, so that all of it can be taken out again: a file beside it.

Whoever has not agreed leaves only counts that are of nobody, and that real visitors add to as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from core.errors import BadInput
from recommender.simulation.parameters import CityParameters

# Item, district, day: how often.
Counts = Mapping[tuple[int, str, date], int]


@dataclass(frozen=True, slots=True)
class Brought:
    """A city that was brought in, or begun to be.

    Attributes:
        null: It is the one without structure.
        fingerprint: Of the city; another catalogue makes another one.
    """

    parameters: CityParameters
    null: bool
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """For the first line of the file."""
        told = {**asdict(self.parameters), "start": self.parameters.start.isoformat()}
        return {"parameters": told, "null": self.null, "fingerprint": self.fingerprint}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The same again."""
        parameters = told["parameters"]
        start = date.fromisoformat(parameters["start"])
        return cls(CityParameters(**{**parameters, "start": start}), told["null"], told["fingerprint"])

    def is_asked_for(self, parameters: CityParameters, *, null: bool) -> bool:
        """Whether it is the city that is wanted, whenever it began."""
        return self.null == null and replace(self.parameters, start=parameters.start) == parameters


@dataclass(frozen=True, slots=True)
class Batch:
    """Some citizens that come in one transaction.

    Attributes:
        first: Id of the first of them who leaves rows, by which it is seen whether they are there; None where
            nobody of them does, so that its having been noted must do.
        counts: What they add to the counts of nobody.
    """

    first: str | None
    counts: Counts


class Account:
    """The file: a line that says what the city is, and one for each batch before it is brought in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def brought(self) -> Brought | None:
        """What was brought in; None where nothing was.

        Raises:
            BadInput: The file cannot be read.
        """
        lines = self._lines()
        try:
            return Brought.from_json(json.loads(lines[0])) if lines else None
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{self._path} cannot be read: {error}. 合成数据的记录文件已损坏。") from error

    def open(self, brought: Brought) -> None:
        """Begins with a new city."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.write_text(_line(brought.as_json()), encoding="utf-8")

    def note(self, number: int, batch: Batch) -> None:
        """Notes a batch that is about to be brought in."""
        rows = [[item, where, day.isoformat(), count] for (item, where, day), count in batch.counts.items()]
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line({"batch": number, "first": batch.first, "counts": rows}))
            file.flush()
            os.fsync(file.fileno())

    def batches(self) -> dict[int, Batch]:
        """By number; of one that was noted twice the last."""
        found: dict[int, Batch] = {}
        for line in self._lines()[1:]:
            try:
                told = json.loads(line)
            except ValueError:
                # Cut off in the middle: that batch was not begun.
                continue
            counts = {(item, where, date.fromisoformat(day)): n for item, where, day, n in told["counts"]}
            found[told["batch"]] = Batch(told["first"], counts)
        return found

    def close(self) -> None:
        """Forgets it."""
        self._path.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        return self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []


def _line(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"
