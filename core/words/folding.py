"""Texts as words are compared with them, each character with its place in the raw text. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from core.text.normalise import fold


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without what makes no difference.

    Attributes:
        text: Letters, digits and Chinese characters in one form.
        places: Where in the raw text each of them stands.
    """

    text: str
    places: tuple[int, ...]


def folded(raw: str) -> Folded:
    """A text without width, case, traditional forms and accents, blanks, punctuation and what is not seen.

    Character by character, unlike `core.text.normalise.fold`: a span found here is one of the raw text.
    """
    kept = [(character, at) for at, one in enumerate(raw) for character in _folded(one)]
    return Folded("".join(character for character, _ in kept), tuple(at for _, at in kept))


def word_key(word: str) -> str:
    """The form in which a word is looked for; empty where nothing of it is left."""
    return folded(word).text


@lru_cache(maxsize=20_000)
def _folded(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    # An accent that stands apart is none of the word's characters.
    plain = "".join(part for part in parts if not unicodedata.category(part).startswith("M"))
    return "".join(part for part in fold(plain) if part.isalnum())
