"""Automatic numbers of paragraphs in a Word file, written out as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from knowledge_base.importing.parsing.numerals import numeral
from knowledge_base.importing.parsing.xml_tree import Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_BULLET = "•"
_CLOSED = tuple("、，。：；．.)）】》")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restarts_after: int | None = None
    is_legal: bool = False


@dataclass(slots=True)
class _List:
    """A list as paragraphs name it: which counters it shares, and where it begins anew."""

    shared: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Level] = field(default_factory=dict)


class Numbering:
    """Counts the paragraphs of lists in the order in which they are met."""

    def __init__(self, root: Element | None, styles: Mapping[str, str] | None = None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()
        if root is not None:
            self._read(root, styles or {})

    def label(self, list_id: str, level: int) -> str:
        """What stands before the next paragraph of a list, blank included; empty where nothing does."""
        known = self._lists.get(list_id)
        level = min(max(level, 0), _LEVELS - 1)
        if known is None:
            return ""
        levels = self._levels.get(known.shared, {}) | known.levels
        if level not in levels:
            return ""
        counts = self._count(list_id, known, levels, level)
        return _spaced(_written(levels, level, counts))

    def _count(self, list_id: str, known: _List, levels: Mapping[int, Level], level: int) -> list[int | None]:
        counts = self._counts.setdefault(known.shared, [None] * _LEVELS)
        if list_id not in self._begun:
            self._begun.add(list_id)
            for number in known.starts:
                counts[number] = None
        held = counts[level]
        first = known.starts.get(level, levels[level].start)
        counts[level] = first if held is None else held + 1
        for above in range(level):
            if counts[above] is None:
                counts[above] = known.starts.get(above, levels.get(above, Level()).start)
        for below in range(level + 1, _LEVELS):
            after = levels.get(below, Level()).restarts_after
            if after is None or (after > 0 and level < after):
                counts[below] = None
        return counts

    def _read(self, root: Element, styles: Mapping[str, str]) -> None:
        for abstract in root.iterfind(f"{W}abstractNum"):
            name = abstract.get(f"{W}abstractNumId", "")
            self._levels[name] = dict(_level(one) for one in abstract.iterfind(f"{W}lvl"))
        for one in root.iterfind(f"{W}num"):
            shared = one.find(f"{W}abstractNumId")
            made = _List("" if shared is None else shared.get(f"{W}val", ""))
            for override in one.iterfind(f"{W}lvlOverride"):
                number = whole(override.get(f"{W}ilvl"))
                begin = override.find(f"{W}startOverride")
                if begin is not None:
                    made.starts[number] = whole(begin.get(f"{W}val"))
                for inner in override.iterfind(f"{W}lvl"):
                    made.levels |= dict([_level(inner)])
            self._lists[one.get(f"{W}numId", "")] = made
        self._follow(root, styles)

    def _follow(self, root: Element, styles: Mapping[str, str]) -> None:
        """A definition without levels may name a style whose list has them."""
        for abstract in root.iterfind(f"{W}abstractNum"):
            link = abstract.find(f"{W}numStyleLink")
            name = abstract.get(f"{W}abstractNumId", "")
            if link is not None and not self._levels[name]:
                meant = self._lists.get(styles.get(link.get(f"{W}val", ""), ""))
                self._levels[name] = self._levels.get(meant.shared, {}) if meant else {}


def whole(text: str | None) -> int:
    """A whole number of the XML, 0 where it is none or out of bounds."""
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else 0


def _level(node: Element) -> tuple[int, Level]:
    def said(name: str, default: str = "") -> str:
        found = node.find(f"{W}{name}")
        return default if found is None else str(found.get(f"{W}val", default))

    restart = node.find(f"{W}lvlRestart")
    legal = node.find(f"{W}isLgl")
    return whole(node.get(f"{W}ilvl")), Level(
        start=whole(said("start", "0")),
        form=said("numFmt", "decimal"),
        text=said("lvlText")[:60],
        restarts_after=None if restart is None else whole(restart.get(f"{W}val")),
        is_legal=legal is not None and legal.get(f"{W}val", "1") not in ("0", "false"),
    )


def _written(levels: Mapping[int, Level], level: int, counts: list[int | None]) -> str:
    own = levels[level]
    if own.form == "none":
        return ""
    if own.form == "bullet":
        # Symbol fonts draw their marks at private places.
        drawn = own.text.strip()
        return _BULLET if not drawn or any("\ue000" <= one <= "\uf8ff" for one in drawn) else drawn

    def number(found: re.Match[str]) -> str:
        place = int(found[1]) - 1
        form = "decimal" if own.is_legal else levels.get(place, own).form
        return numeral(counts[place] or 0, form)

    return _PLACE.sub(number, own.text)


def _spaced(label: str) -> str:
    return label if not label or (label.endswith(_CLOSED) and not label[-2:-1].isdigit()) else f"{label} "
