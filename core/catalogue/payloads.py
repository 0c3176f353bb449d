"""Records to canonical JSON and back, and the hash by which an unchanged one is recognised. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter

from core.catalogue.keys import Kind
from core.catalogue.models import Document, ServiceItem

_T = TypeVar("_T")
_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(model: type[Any]) -> TypeAdapter[Any]:
    # Building one costs milliseconds; two threads that build the same do no harm.
    if model not in _adapters:
        _adapters[model] = TypeAdapter(model)
    return _adapters[model]


def to_payload(record: object) -> str:
    """Canonical JSON of a catalogue type: sorted keys, no blanks, Chinese as it is."""
    plain = _adapter(type(record)).dump_python(record, mode="json")
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_payload(model: type[_T], payload: str) -> _T:
    """The record that was written."""
    record: _T = _adapter(model).validate_json(payload)
    return record


def payload_hash(payload: str) -> str:
    """SHA-256 of the payload, hexadecimal."""
    return hashlib.sha256(payload.encode()).hexdigest()


def kind_of(record: Document | ServiceItem) -> Kind:
    """Which of the two tables a record lives in."""
    return "item" if isinstance(record, ServiceItem) else "document"
