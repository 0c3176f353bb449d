"""What the styles of a Word file say of paragraphs: hidden, headings, lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from knowledge_base.importing.parsing.numbering import W, whole
from knowledge_base.importing.parsing.xml_tree import Element

_OFF: Final = ("0", "false", "off", "none")
_MOST_PARENTS = 20


def is_on(properties: Element | None, name: str) -> bool | None:
    """Whether a switch such as `vanish` is on; None where it says nothing."""
    found = None if properties is None else properties.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val", "1") not in _OFF


def value(properties: Element | None, name: str) -> str | None:
    """The value of a property; None where it says nothing."""
    found = None if properties is None else properties.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val")


class Styles:
    """Styles by their id, each with those that it is based on."""

    def __init__(self, root: Element | None) -> None:
        found = () if root is None else root.iterfind(f"{W}style")
        self._styles: Mapping[str, Element] = {one.get(f"{W}styleId", ""): one for one in found}
        self._hidden: dict[str, bool] = {}

    def hides(self, name: str | None) -> bool:
        """Text in this style is hidden."""
        if name is None:
            return False
        if name not in self._hidden:
            said = (is_on(style.find(f"{W}rPr"), "vanish") for style in self._chain(name))
            self._hidden[name] = next((one for one in said if one is not None), False)
        return self._hidden[name]

    def is_title(self, name: str | None) -> bool:
        """Paragraphs in this style are the document's title or headings of the first level."""
        for style in self._chain(name):
            if (value(style, "name") or "").lower() in ("title", "heading 1", "标题", "标题 1"):
                return True
            if value(style.find(f"{W}pPr"), "outlineLvl") == "0":
                return True
        return False

    def list_of(self, name: str | None) -> tuple[str, int] | None:
        """The list and its level that paragraphs in this style belong to."""
        for style in self._chain(name):
            found = list_in(style.find(f"{W}pPr"))
            if found is not None:
                return found
        return None

    def lists(self) -> Mapping[str, str]:
        """Ids of lists by the styles that define them."""
        found = ((name, list_in(style.find(f"{W}pPr"))) for name, style in self._styles.items())
        return {name: one[0] for name, one in found if one is not None}

    def _chain(self, name: str | None) -> Iterator[Element]:
        for _ in range(_MOST_PARENTS):
            style = self._styles.get(name or "")
            if style is None:
                return
            yield style
            name = value(style, "basedOn")


def list_in(properties: Element | None) -> tuple[str, int] | None:
    """The list and its level that a paragraph's properties name; the list `0` is none on purpose."""
    found = None if properties is None else properties.find(f"{W}numPr")
    if found is None or value(found, "numId") is None:
        return None
    return str(value(found, "numId")), whole(value(found, "ilvl"))
