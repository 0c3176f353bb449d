"""The files of an evaluation, line by line: questions that are asked, and the dump of what came back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.answering import AnswerStatus
from core.errors import BadInput

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Query(_Line):
    """A question whose documents are known by their external ids."""

    qid: str
    question: Annotated[str, Field(min_length=1)]
    answer: Filled
    gold_docids: tuple[str, ...]


class Probe(_Line):
    """A question that the base holds no answer to; `kind` is what its share is told by."""

    qid: str = ""
    question: Filled
    kind: Filled


class DumpedPassage(_Line):
    """A passage of the dump."""

    external_id: str
    text: str


class DumpLine(_Line):
    """A line of the dump, as another program reads it."""

    qid: str
    passages: tuple[DumpedPassage, ...]
    status: AnswerStatus
    text: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was found for a query.

    Attributes:
        passages: External id and text in rank order, those of the document answered from first.
        text: What is read from the best document, whatever the status.
        took_ms: How long the answer took.
        confidence: That of the best candidate; null where nothing was found or searched for.
    """

    qid: str
    passages: Sequence[tuple[str, str]]
    status: AnswerStatus
    text: str
    took_ms: float = 0.0
    confidence: float | None = None


def read_queries(path: Path) -> list[Query]:
    """The queries of a JSON lines file.

    Raises:
        BadInput: A line is no query, or its qid is given already; the detail names file and line.
    """
    return list(_by_qid(path, Query).values())


def read_dump(path: Path) -> dict[str, DumpLine]:
    """The lines of a dump by their qid.

    Raises:
        BadInput: A line is none of a dump, or its qid is given already; the detail names file and line.
    """
    return _by_qid(path, DumpLine)


def read_probes(path: Path) -> list[Probe]:
    """The questions of a JSON lines file that should find no answer.

    Raises:
        BadInput: A line is none; the detail names file and line.
    """
    return [probe for _, probe in _read(path, Probe)]


def write_dump(path: Path, results: Iterable[Evaluated]) -> None:
    """One line per query, from which another program can measure again."""
    path.write_text("".join(f"{dump_line(found)}\n" for found in results), encoding="utf-8")


def dump_line(found: Evaluated) -> str:
    """One line of the dump."""
    passages = [{"external_id": external_id, "text": text} for external_id, text in found.passages]
    line = {
        "qid": found.qid,
        "passages": passages,
        "status": found.status.value,
        "text": found.text,
        "confidence": found.confidence,
    }
    return json.dumps(line, ensure_ascii=False)


_Model = TypeVar("_Model", bound=BaseModel)
_Named = TypeVar("_Named", Query, DumpLine)


def _by_qid(path: Path, model: type[_Named]) -> dict[str, _Named]:
    rows: dict[str, _Named] = {}
    for place, row in _read(path, model):
        if row.qid in rows:
            raise BadInput(f"{place}: qid {row.qid} is given twice")
        rows[row.qid] = row
    return rows


def _read(path: Path, model: type[_Model]) -> Iterator[tuple[str, _Model]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                place = f"{path}:{number}"
                yield place, _parsed(line, place, model)


def _parsed(line: bytes, place: str, model: type[_Model]) -> _Model:
    try:
        return model.model_validate_json(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput(f"{place}: is not UTF-8. 文件应为 UTF-8 编码。") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{place}: {where} {first['msg']}".replace("  ", " ")) from None
