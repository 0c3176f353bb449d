"""YAML without its traps: safe types only, no sexagesimal numbers, no duplicate keys, no alias bombs."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from knowledge_base.importing.bounds import Patience
from knowledge_base.importing.parsing.plain_values import plain
from knowledge_base.importing.unreadable import Unreadable

_MOST_VALUES = 250_000
_DEEPEST = 60
_CHARACTERS = 100


class _Loader(yaml.SafeLoader):
    """Safe types, with numbers and booleans as YAML 1.2 reads them: 13:30, yes and 010100 are text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    depth = 0
    composed = 0
    patience: Patience | None = None

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        # Counted here, because a text of nothing but brackets or commas is slow to read to its end.
        if self.depth > _DEEPEST:
            raise Unreadable("is nested too deeply")
        if self.composed >= _MOST_VALUES:
            raise Unreadable(f"holds more than {_MOST_VALUES} values")
        if self.patience is not None:
            self.patience.check()
        self.depth += 1
        self.composed += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        own = [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        seen: set[str] = set()
        for key in own:
            if not isinstance(key, ScalarNode):
                raise Unreadable("a field's name must be plain text")
            if key.value in seen:
                raise Unreadable(f"{key.value[:60]} is given twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _resolve(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first) or [""])


_resolve("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF")
_resolve("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789")
_resolve("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-+0123456789")
_resolve("timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789")
_resolve("merge", r"^<<$", "<")
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)


class YamlText:
    """A YAML text as a tree of nodes, of which any part can be turned into values by itself.

    Raises:
        Unreadable: It is not one YAML document, or too much of it: `line` counts from `first_line`.
    """

    def __init__(self, text: str, first_line: int = 1) -> None:
        self._first_line = first_line
        try:
            self._loader = _Loader(text)
            self._loader.patience = Patience()
            self.root = self._loader.get_single_node()
            if self.root is not None:
                _check_size(self.root)
        except yaml.YAMLError as error:
            raise _told(error, first_line) from None
        except RecursionError:
            raise Unreadable("is nested too deeply") from None

    def values(self, node: Node) -> Any:
        """The plain values below a node.

        Raises:
            Unreadable: A tag, key or value that is not allowed.
        """
        try:
            return plain(self._loader.construct_object(node, deep=True))
        except yaml.YAMLError as error:
            told = _told(error, self._first_line)
            raise Unreadable(told.reason) from None
        except (ValueError, TypeError, OverflowError) as error:
            raise Unreadable(f"holds a value that cannot be read: {error}") from None


def _told(error: yaml.YAMLError, first_line: int) -> Unreadable:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or "a character that is not allowed"
    return Unreadable(f"is not YAML: {said}", None if mark is None else mark.line + first_line)


def _check_size(root: Node) -> None:
    """Refuses what grows beyond bounds once its aliases are written out, and loops."""
    sizes: dict[int, int] = {}
    _size(root, sizes, 0)


def _size(node: Node, sizes: dict[int, int], depth: int) -> int:
    known = sizes.get(id(node))
    if known is not None:
        if known == 0:
            raise Unreadable("an alias contains itself")
        return known
    if depth > _DEEPEST:
        raise Unreadable("is nested too deeply")
    sizes[id(node)] = 0
    children: list[Node] = []
    if isinstance(node, SequenceNode):
        children = node.value
    elif isinstance(node, MappingNode):
        children = [part for pair in node.value for part in pair]
    written = len(node.value) // _CHARACTERS if isinstance(node, ScalarNode) else 0
    total = 1 + written + sum(_size(child, sizes, depth + 1) for child in children)
    if total > _MOST_VALUES:
        raise Unreadable(f"holds more than {_MOST_VALUES} values once its aliases are written out")
    sizes[id(node)] = total
    return total
