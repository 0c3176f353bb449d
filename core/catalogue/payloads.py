"""Records to canonical JSON and back, and the hash by which an unchanged one is recognised. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.catalogue.keys import Kind
from core.catalogue.models import Document, ServiceItem

_T = TypeVar("_T")
_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(model: type[Any]) -> TypeAdapter[Any]:
    # Building one costs milliseconds; two threads that build the same do no harm.
    if model not in _adapters:
        _adapters[model] = TypeAdapter(model)
    return _adapters[model]


def _canonical(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def to_payload(record: object) -> str:
    """Canonical JSON of a catalogue type: sorted keys, no blanks, Chinese as it is."""
    return _canonical(_adapter(type(record)).dump_python(record, mode="json"))


def from_payload(model: type[_T], payload: str) -> _T:
    """The record that was written; what older rules let in and today's refuse is shortened or left out."""
    adapter = _adapter(model)
    try:
        record: _T = adapter.validate_json(payload)
    except ValidationError as error:
        record = adapter.validate_json(_canonical(_within_bounds(json.loads(payload), error)))
    return record


def _within_bounds(plain: Any, error: ValidationError) -> Any:
    """Texts and lists cut to their limits, and no link that may not be shown.

    One record that cannot be read would keep every other one from being followed.
    """
    for problem in error.errors(include_url=False, include_input=False):
        *path, last = problem["loc"]
        holder = plain
        for step in path:
            holder = holder[step]
        if problem["type"] in ("string_too_long", "too_long"):
            holder[last] = holder[last][: problem["ctx"]["max_length"]]
        elif problem["type"] == "value_error":
            holder[last] = [] if isinstance(holder[last], list) else None
    return plain


def content_hash(record: Document | ServiceItem) -> str:
    """The first 56 hexadecimal digits of a SHA-256 over what a record says.

    Fields that hold their default do not count: a model that gains a field changes no record.
    """
    said = _adapter(type(record)).dump_python(record, mode="json", exclude_defaults=True)
    return hashlib.sha256(_canonical(said).encode()).hexdigest()[:56]


def kind_of(record: Document | ServiceItem) -> Kind:
    """Which of the two tables a record lives in."""
    return "item" if isinstance(record, ServiceItem) else "document"
