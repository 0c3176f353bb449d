"""Where the pages of a file begin once its text has been edited. Pure."""

from __future__ import annotations

from itertools import takewhile
from operator import eq

from core.catalogue.models import Document


def pages_of_edited(before: Document, text: str) -> list[int]:
    """The page starts of `before` in its new text: what stands behind the change moves with it."""
    if not before.page_starts or text == before.text:
        return before.page_starts
    head = _alike(before.text, text)
    tail = _alike(before.text[head:][::-1], text[head:][::-1])
    change_end, grown = len(before.text) - tail, len(text) - len(before.text)
    return [
        start if start <= head else start + grown if start >= change_end else min(start, change_end + grown)
        for start in before.page_starts
    ]


def _alike(one: str, other: str) -> int:
    """How many characters they begin with alike."""
    return sum(1 for _ in takewhile(bool, map(eq, one, other)))
