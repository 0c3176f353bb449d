"""Citizens' text made safe for the dialogue engine, which takes a leading slash as an intent command."""

from __future__ import annotations

import unicodedata

_SLASHES = frozenset("/／⁄∕╱⟋⧸⫽⫻")
# Controls, zero-width and other format characters, private and unassigned ones, lone surrogates.
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_KEPT_CONTROLS = {"\n": "\n", "\r": "\n", "\t": " "}


def neutralise(text: str) -> str:
    """The text without invisible characters, trimmed, and without what reads as a leading slash.

    However the result is stripped, width-folded or cleaned later, it does not begin with a slash.
    """
    visible = "".join(_visible(character) for character in text.replace("\r\n", "\n"))
    start = next((at for at, character in enumerate(visible) if not _droppable(character)), len(visible))
    return visible[start:].rstrip()


def _visible(character: str) -> str:
    if character in _KEPT_CONTROLS:
        return _KEPT_CONTROLS[character]
    return "" if unicodedata.category(character) in _INVISIBLE else character


def _droppable(character: str) -> bool:
    """Whether nothing of this leading character, once folded, stands before a slash that may follow."""
    return all(_slash_or_nothing(part) for part in unicodedata.normalize("NFKC", character))


def _slash_or_nothing(character: str) -> bool:
    if character in _SLASHES or character.isspace():
        return True
    category = unicodedata.category(character)
    return category in _INVISIBLE or category.startswith(("M", "Z"))
