"""Files of everyday names and fixed answers: YAML lists, or CSV with a header."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from yaml.nodes import MappingNode, SequenceNode

from core.catalogue.wording import Pin, Term
from core.errors import BadInput
from knowledge_base.importing.decoding import MARKUP_BYTES, whole_text
from knowledge_base.importing.found import Problem, place_name, problem_of
from knowledge_base.importing.reasons import readable
from knowledge_base.importing.unknown_names import unknown_field
from knowledge_base.importing.unreadable import Unreadable
from knowledge_base.importing.yaml_nodes import YamlText

_T = TypeVar("_T", Term, Pin)
_MANY = ";；"


@dataclass(frozen=True, slots=True)
class WordingFile(Generic[_T]):
    """What a file holds: its valid entries, and why others are none."""

    entries: list[_T]
    problems: list[Problem]


def read_terms(path: Path) -> WordingFile[Term]:
    """The term list of a file.

    Raises:
        BadInput: The file as a whole cannot be read.
    """
    return _read(path, "terms", Term)


def read_pins(path: Path) -> WordingFile[Pin]:
    """The fixed answers of a file; `others` of a CSV row are parted by semicolons.

    Raises:
        BadInput: The file as a whole cannot be read.
    """
    return _read(path, "pins", Pin)


def _read(path: Path, name: str, kind: type[_T]) -> WordingFile[_T]:
    place = place_name(path)
    rows: Callable[[str], Iterator[tuple[int, Mapping[str, Any]]]]
    rows = _csv_rows if path.suffix.lower() == ".csv" else lambda text: _yaml_rows(text, name)
    entries: list[_T] = []
    problems: list[Problem] = []
    try:
        for line, values in rows(whole_text(path, MARKUP_BYTES)):
            made = _entry(kind, values)
            if isinstance(made, str):
                problems.append(Problem(f"{place}:{line}", made))
            else:
                entries.append(made)
    except OSError as error:
        raise BadInput(f"{place}: {error.strerror}") from None
    except Unreadable as error:
        raise BadInput(str(problem_of(error, place))) from None
    return WordingFile(entries, problems)


def _entry(kind: type[_T], values: Mapping[str, Any]) -> _T | str:
    names = [one.name for one in fields(kind)]
    unknown = [name for name in values if name not in names]
    if unknown:
        return "; ".join(unknown_field(name, names) for name in unknown[:5])
    try:
        return kind(**{name: value for name, value in values.items() if value not in (None, "")})
    except ValidationError as error:
        return readable(error, names)


def _yaml_rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yaml = YamlText(text)
    root = yaml.root
    parts = {key.value: node for key, node in root.value} if isinstance(root, MappingNode) else {}
    listed = parts.get(name)
    if set(parts) != {name} or not isinstance(listed, SequenceNode):
        raise Unreadable(f"must hold one list named {name}")
    for node in listed.value:
        line = node.start_mark.line + 1
        values = yaml.values(node)
        if not isinstance(values, dict):
            raise Unreadable("must be a mapping of fields", line)
        yield line, values


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise Unreadable("has another number of columns than the header", reader.line_num)
            values: dict[str, Any] = {str(name).strip(): value.strip() for name, value in row.items()}
            if "others" in values:
                values["others"] = _parted(values["others"])
            yield reader.line_num, values
    except csv.Error as error:
        raise Unreadable(f"is no CSV: {error}", reader.line_num) from None


def _parted(text: str) -> list[str]:
    for mark in _MANY[1:]:
        text = text.replace(mark, _MANY[0])
    return [part.strip() for part in text.split(_MANY[0]) if part.strip()]
