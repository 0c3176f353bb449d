"""YAML: lists of regions, agencies, service items and documents, or a single record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from core.catalogue.models import Agency, Document, Region, ServiceItem
from knowledge_base.importing.decoding import LINE_BYTES, MARKUP_BYTES, whole_text
from knowledge_base.importing.found import Found, Problem, SourceFile, problem_of
from knowledge_base.importing.reasons import unknown_field
from knowledge_base.importing.records import TYPES, Builder, RecordType, field_names
from knowledge_base.importing.unreadable import Unreadable
from knowledge_base.importing.yaml_nodes import YamlText

_LISTS: dict[str, RecordType] = {
    "regions": Region,
    "agencies": Agency,
    "items": ServiceItem,
    "documents": Document,
}
_DEFAULTS = "defaults"


def read_yaml(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """Every record of the file's lists, or its one record; a bad one leaves the others be."""
    try:
        yaml = YamlText(whole_text(file.path, MARKUP_BYTES))
        parts = _parts(yaml.root)
        defaults = _defaults(yaml, parts.pop(_DEFAULTS, None))
    except Unreadable as error:
        yield problem_of(error, file.place)
        return
    if not any(name in _LISTS for name in parts):
        yield _single(yaml, parts, file.place, builder, defaults)
        return
    for name, node in parts.items():
        yield from _list(yaml, name, node, file.place, builder, defaults)


def _parts(root: Node | None) -> dict[str, Node]:
    if not isinstance(root, MappingNode):
        raise Unreadable(f"must be a mapping: one record, or lists named {', '.join(_LISTS)}")
    parts: dict[str, Node] = {}
    for key, value in root.value:
        if not isinstance(key, ScalarNode):
            raise Unreadable("a field's name must be plain text", key.start_mark.line + 1)
        if key.value in parts:
            raise Unreadable(f"{key.value[:60]} is given twice", key.start_mark.line + 1)
        parts[key.value] = value
    return parts


def _defaults(yaml: YamlText, node: Node | None) -> dict[str, Any]:
    if node is None:
        return {}
    values = yaml.values(node)
    if not isinstance(values, dict):
        raise Unreadable("defaults must be a mapping", node.start_mark.line + 1)
    known = tuple({name: None for kind in TYPES for name in field_names(kind)})
    for name in values:
        if name not in known:
            raise Unreadable(f"defaults.{unknown_field(name, known)}", node.start_mark.line + 1)
    return values


def _single(
    yaml: YamlText, parts: dict[str, Node], place: str, builder: Builder, defaults: dict[str, Any]
) -> Found | Problem:
    try:
        values = {name: yaml.values(node) for name, node in parts.items()}
    except Unreadable as error:
        return problem_of(error, place)
    kind = Document if "text" in values else ServiceItem
    if kind is ServiceItem and "name" not in values:
        return Problem(place, f"is neither one record (name or text) nor lists named {', '.join(_LISTS)}")
    return builder.build(kind, values, place, defaults)


def _list(
    yaml: YamlText, name: str, node: Node, place: str, builder: Builder, defaults: dict[str, Any]
) -> Iterator[Found | Problem]:
    kind = _LISTS.get(name)
    if kind is None:
        yield Problem(f"{place}:{node.start_mark.line + 1}", unknown_field(name, (*_LISTS, _DEFAULTS)))
        return
    if not isinstance(node, SequenceNode):
        yield Problem(f"{place}:{node.start_mark.line + 1}", f"{name} must be a list")
        return
    for number, record in enumerate(node.value):
        yield _record(yaml, kind, record, f"{place}:{name}[{number}]", builder, defaults)


def _record(
    yaml: YamlText, kind: RecordType, node: Node, place: str, builder: Builder, defaults: dict[str, Any]
) -> Found | Problem:
    if not isinstance(node, MappingNode):
        return Problem(place, "must be a mapping of fields")
    if node.end_mark.index - node.start_mark.index > LINE_BYTES:
        return Problem(place, f"is longer than {LINE_BYTES // 1_000_000} million characters")
    try:
        values = yaml.values(node)
    except Unreadable as error:
        return problem_of(error, place)
    return builder.build(kind, values, place, defaults)
