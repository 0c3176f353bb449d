"""Measured figures on a page: a table, written anew between two marks, the words around it untouched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def put(page: Path, measured: str) -> None:
    """Writes the measured part of a page anew."""
    text = page.read_text(encoding="utf-8")
    page.write_text(replaced(text, measured), encoding="utf-8")


def replaced(text: str, measured: str) -> str:
    """The text with another measured part.

    Raises:
        ValueError: It has no two marks; everything after the first would be lost.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} followed by {END}")
    return f"{before}{BEGIN}\n{measured}{END}{after}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
