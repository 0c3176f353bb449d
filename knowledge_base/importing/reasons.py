"""Validation errors as one plain line that names the field and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from knowledge_base.importing.unknown_names import unknown_field

_UNKNOWN = "unexpected_keyword_argument"
_SHOWN = 5

_TEXTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "string_type": lambda _: "must be text (a number or date meant as text needs quotes)",
    "string_too_short": lambda limits: _too_short(limits["min_length"]),
    "string_too_long": lambda limits: f"is longer than {limits['max_length']} characters",
    "string_pattern_mismatch": lambda limits: f"does not look as it should ({limits['pattern']})",
    "too_long": lambda limits: f"has more than {limits['max_length']} entries",
    "list_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be a mapping",
    "dataclass_type": lambda _: "must be a mapping of fields",
    "literal_error": lambda limits: f"must be {limits['expected']}",
    "enum": lambda limits: f"must be {limits['expected']}",
    "value_error": lambda limits: str(limits["error"]),
    "bool_parsing": lambda _: "must be true or false",
    "bool_type": lambda _: "must be true or false",
    "int_parsing": lambda _: "must be a whole number",
    "int_type": lambda _: "must be a whole number",
    "float_parsing": lambda _: "must be a number",
    "float_type": lambda _: "must be a number",
    "greater_than_equal": lambda limits: f"must be at least {limits['ge']}",
    "less_than_equal": lambda limits: f"must be at most {limits['le']}",
}


def readable(error: ValidationError, fields: Sequence[str]) -> str:
    """The first few problems of a record on one line; `fields` are the names it may use."""
    problems = error.errors(include_url=False, include_input=False)
    told = "; ".join(_one(dict(problem), fields) for problem in problems[:_SHOWN])
    return told if len(problems) <= _SHOWN else f"{told}; and {len(problems) - _SHOWN} more"


def path(location: Sequence[int | str]) -> str:
    """A location as it is written: `materials[2].form_url`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return text.removeprefix(".")


def _too_short(least: int) -> str:
    return "is empty" if least == 1 else f"is shorter than {least} characters"


def _one(problem: dict[str, Any], fields: Sequence[str]) -> str:
    kind, location = problem["type"], problem["loc"]
    if kind == _UNKNOWN:
        return unknown_field(path(location), fields if len(location) == 1 else ())
    if kind.startswith("date"):
        text = "must be a date such as 2024-05-31"
    else:
        make = _TEXTS.get(kind)
        text = make(problem.get("ctx", {})) if make else str(problem["msg"])
    return " ".join(f"{path(location)}: {text}".split())
