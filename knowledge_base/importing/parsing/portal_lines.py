"""What a line of JSON is: a document, a service item, or an entry of a service portal's list. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from knowledge_base.importing.parsing.messages import Kind
from knowledge_base.importing.unreadable import Unreadable

_PORTAL_NAMES = {"department": "agency", "link": "source_url", "main_item": "theme"}
_UNCLASSIFIED = "未分类"
_ID_LENGTH = 200


def record_of(values: Mapping[str, Any]) -> tuple[Kind, dict[str, Any]]:
    """What a JSONL line is: a document if it has text, else a service item if it has a name.

    Raises:
        Unreadable: It is neither.
    """
    if "text" in values or "docid" in values:
        return "document", _renamed(values, {"docid": "external_id"})
    if "name" in values:
        return "item", _portal_item(values)
    raise Unreadable("is neither a document (docid, text) nor a service item (name)")


def _portal_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a service portal's list: names and links, none of a guide's fields."""
    if not any(name in values for name in _PORTAL_NAMES):
        return dict(values)
    item = _renamed(values, _PORTAL_NAMES)
    if item.get("theme") == _UNCLASSIFIED:
        del item["theme"]
    if not item.get("external_id"):
        code = _item_code(values.get("link"))
        item["external_id"] = code or _identity(values)
        if code:
            item.setdefault("code", code)
    return item


def _item_code(link: object) -> str | None:
    if not isinstance(link, str):
        return None
    try:
        code = parse_qs(urlsplit(link).query).get("itemCode", [""])[0].strip()
    except ValueError:
        return None
    return code if 0 < len(code) <= _ID_LENGTH else None


def _identity(values: Mapping[str, Any]) -> str:
    said = "\n".join(str(values.get(name) or "") for name in ("department", "name", "main_item", "link"))
    return "item-" + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    renamed: dict[str, Any] = {}
    for name, value in values.items():
        target = names.get(name, name)
        if target in renamed:
            raise Unreadable(f"{target} is given twice")
        renamed[target] = value
    return renamed
