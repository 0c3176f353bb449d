"""YAML: lists of regions, agencies, service items, documents and bundles, or a single record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from knowledge_base.importing.decoding import LINE_BYTES, MARKUP_BYTES, decoded
from knowledge_base.importing.parsing.messages import Defaults, Kind, Message, Parsed, refused
from knowledge_base.importing.unknown_names import unknown_field
from knowledge_base.importing.unreadable import Unreadable
from knowledge_base.importing.yaml_nodes import YamlText

_LISTS: dict[str, Kind] = {
    "regions": "region",
    "agencies": "agency",
    "items": "item",
    "documents": "document",
    "bundles": "bundle",
}
_DEFAULTS = "defaults"


def parse_yaml(stream: BinaryIO) -> Iterator[Message]:
    """Every record of the file's lists, or its one record; a bad one leaves the others be.

    Raises:
        Unreadable: It is not YAML, or neither lists nor a record.
    """
    yaml = YamlText(decoded(stream.read(MARKUP_BYTES + 1), MARKUP_BYTES))
    parts = _parts(yaml.root)
    if (defaults := parts.pop(_DEFAULTS, None)) is not None:
        yield _defaults(yaml, defaults)
    if not any(name in _LISTS for name in parts):
        yield _single(yaml, parts)
        return
    for name, node in parts.items():
        yield from _list(yaml, name, node)


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


def _defaults(yaml: YamlText, node: Node) -> Defaults:
    values = yaml.values(node)
    line = node.start_mark.line + 1
    if not isinstance(values, dict):
        raise Unreadable("defaults must be a mapping", line)
    return Defaults(values, line)


def _single(yaml: YamlText, parts: dict[str, Node]) -> Message:
    values = {name: yaml.values(node) for name, node in parts.items()}
    if "text" in values:
        return Parsed("document", values, identity=None)
    if "name" not in values:
        raise Unreadable(f"is neither one record (name or text) nor lists named {', '.join(_LISTS)}")
    return Parsed("item", values, identity=None)


def _list(yaml: YamlText, name: str, node: Node) -> Iterator[Message]:
    kind, line = _LISTS.get(name), node.start_mark.line + 1
    if kind is None:
        yield refused(Unreadable(unknown_field(name, (*_LISTS, _DEFAULTS)), line))
    elif not isinstance(node, SequenceNode):
        yield refused(Unreadable(f"{name} must be a list", line))
    else:
        for number, record in enumerate(node.value):
            yield _record(yaml, kind, record, f":{name}[{number}]")


def _record(yaml: YamlText, kind: Kind, node: Node, where: str) -> Message:
    try:
        return Parsed(kind, _values(yaml, node), where, None)
    except Unreadable as error:
        return refused(error, where)


def _values(yaml: YamlText, node: Node) -> dict[str, Any]:
    if not isinstance(node, MappingNode):
        raise Unreadable("must be a mapping of fields")
    if node.end_mark.index - node.start_mark.index > LINE_BYTES:
        raise Unreadable(f"is longer than {LINE_BYTES // 1_000_000} million characters")
    values: dict[str, Any] = yaml.values(node)
    return values
