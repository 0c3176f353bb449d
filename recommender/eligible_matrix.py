"""Rules of many items evaluated at once for one citizen's facts, as `core.catalogue.rules` does one. Pure.

Truth is 1 (met), 0 (unknown) or -1 (not met), so that `all` is a minimum, `any` a maximum and `not` a sign.
Equal parts of rules are evaluated once, and only those are looked at whose fact was told.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.catalogue.rules import Group, Leaf, Rule, Scalar

Truths = NDArray[np.int8]
Counts = NDArray[np.int16]
Places = NDArray[np.int64]
_COMBINE: Final = {"all": np.minimum, "any": np.maximum}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one citizen's facts stand to every rule.

    Attributes:
        truth: (n,) int8: 1 eligible, 0 unknown, -1 not eligible; 0 without a rule.
        met, total: (n,) int16, top-level conditions that are met, of all; 0 without a rule.
    """

    truth: Truths
    met: Counts
    total: Counts


class RuleMatrix:
    """The rules of a catalogue, laid out once.

    Args:
        rules: One for each item, None where it has none.
    """

    def __init__(self, rules: Sequence[Rule | None]) -> None:
        # Node 0 stands for what has no rule: never known.
        layout = _Layout()
        self._roots = np.array([0 if rule is None else layout.add(rule) for rule in rules], dtype=np.int64)
        self._size = layout.size
        self._facts = {fact: _FactLeaves(leaves) for fact, leaves in layout.leaves.items()}
        self._levels = layout.levels()
        tops = [_top_level(rule) for rule in rules]
        self._total = np.array([len(top) for top in tops], dtype=np.int16)
        numbers = [[layout.add(part) for part in top] for top in tops]
        self._tops = _by_size(list(enumerate(numbers)))

    def standing(self, facts: Mapping[str, Scalar]) -> Standing:
        """How these facts stand to every rule; the same as `evaluate` says of each."""
        truth = np.zeros(self._size, dtype=np.int8)
        for fact, value in facts.items():
            if fact in self._facts:
                self._facts[fact].compare(value, truth)
        for level in self._levels:
            level.combine(truth)
        met = np.zeros(len(self._roots), dtype=np.int16)
        is_met = (truth == 1).astype(np.int16)
        for one in self._tops:
            met[one.nodes] = np.add.reduce(is_met[one.parts], axis=0)
        return Standing(truth[self._roots], met, self._total)


def _top_level(rule: Rule | None) -> tuple[Rule, ...]:
    if rule is None:
        return ()
    return rule.parts if isinstance(rule, Group) and rule.kind == "all" else (rule,)


@dataclass(frozen=True, slots=True)
class _Groups:
    """Groups of equally many parts: (g,) the groups, (parts, g) what each has, in columns for speed."""

    nodes: Places
    parts: Places


def _by_size(groups: Sequence[tuple[int, Sequence[int]]]) -> list[_Groups]:
    """From (group, its parts), at least one; a group without parts is left out."""
    sizes: dict[int, list[tuple[int, Sequence[int]]]] = defaultdict(list)
    for group, parts in groups:
        sizes[len(parts)].append((group, parts))
    return [
        _Groups(
            np.array([group for group, _ in alike], dtype=np.int64),
            np.ascontiguousarray(np.array([parts for _, parts in alike], dtype=np.int64).T),
        )
        for size, alike in sizes.items()
        if size
    ]


@dataclass(frozen=True, slots=True)
class _Level:
    """Groups of one kind that need nothing but what was evaluated before."""

    kind: str
    groups: Sequence[_Groups]

    def combine(self, truth: Truths) -> None:
        for one in self.groups:
            if self.kind == "not":
                truth[one.nodes] = -truth[one.parts[0]]
            else:
                truth[one.nodes] = _COMBINE[self.kind].reduce(truth[one.parts], axis=0)


class _Layout:
    """Numbers every part of every rule, equal ones alike."""

    def __init__(self) -> None:
        self.size = 1
        self.leaves: dict[str, list[tuple[int, Leaf]]] = defaultdict(list)
        self._numbers: dict[Hashable, int] = {}
        self._heights: dict[int, int] = {}
        self._groups: dict[tuple[int, str], list[tuple[int, list[int]]]] = defaultdict(list)

    def add(self, rule: Rule) -> int:
        """The number of a rule."""
        if isinstance(rule, Leaf):
            return self._number(_leaf_key(rule), rule)
        parts = [self.add(part) for part in rule.parts]
        return self._number((rule.kind, *parts), rule, parts)

    def _number(self, key: Hashable, rule: Rule, parts: Sequence[int] = ()) -> int:
        known = self._numbers.get(key)
        if known is not None:
            return known
        number, self.size = self.size, self.size + 1
        self._numbers[key] = number
        self._heights[number] = 1 + max((self._heights[part] for part in parts), default=-1)
        if isinstance(rule, Leaf):
            self.leaves[rule.fact].append((number, rule))
        else:
            self._groups[self._heights[number], rule.kind].append((number, list(parts)))
        return number

    def levels(self) -> list[_Level]:
        """The groups in an order in which each comes after its parts."""
        return [_Level(kind, _by_size(groups)) for (_, kind), groups in sorted(self._groups.items())]


def _leaf_key(leaf: Leaf) -> Hashable:
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    return (leaf.fact, leaf.op, *map(_value_key, values))


def _value_key(value: Scalar) -> tuple[bool, Scalar]:
    # Python takes True for 1; a rule does not.
    return isinstance(value, bool), value


class _FactLeaves:
    """All comparisons with one fact: a look-up for equality, ordered bounds for the rest.

    Bounds are compared by Python, which is exact where a float of numpy's would round a large number.
    """

    def __init__(self, leaves: Sequence[tuple[int, Leaf]]) -> None:
        same: dict[tuple[bool, Scalar], list[int]] = defaultdict(list)
        for number, leaf in leaves:
            if leaf.op in ("eq", "ne", "in"):
                for value in leaf.value if isinstance(leaf.value, tuple) else (leaf.value,):
                    same[_value_key(value)].append(number)
        self._same = {value: np.array(numbers, dtype=np.int64) for value, numbers in same.items()}
        self._equal = _numbers(leaves, "eq", "in")
        self._unequal = _numbers(leaves, "ne")
        self._least, self._least_leaves = _bounds(leaves, "ge")
        self._most, self._most_leaves = _bounds(leaves, "le")

    def compare(self, value: Scalar, truth: Truths) -> None:
        """Writes how each comparison ends."""
        truth[self._equal], truth[self._unequal] = -1, 1
        hit = self._same.get(_value_key(value))
        if hit is not None:
            truth[hit] = -truth[hit]
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        truth[self._least_leaves], truth[self._most_leaves] = -1, -1
        # A value that is no number (NaN) is neither above nor below anything.
        if value == value:
            truth[self._least_leaves[: bisect_right(self._least, value)]] = 1
            truth[self._most_leaves[bisect_left(self._most, value) :]] = 1


def _numbers(leaves: Sequence[tuple[int, Leaf]], *operators: str) -> Places:
    return np.array([number for number, leaf in leaves if leaf.op in operators], dtype=np.int64)


def _bounds(leaves: Sequence[tuple[int, Leaf]], operator: str) -> tuple[list[Any], Places]:
    found = sorted(((leaf.value, number) for number, leaf in leaves if leaf.op == operator), key=_bound)
    return [value for value, _ in found], np.array([number for _, number in found], dtype=np.int64)


def _bound(entry: tuple[Any, int]) -> Any:
    return entry[0]
