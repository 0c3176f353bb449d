"""What is said of a field that does not exist. Imports no models: the child process says it too."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


def unknown_field(name: object, fields: Sequence[str]) -> str:
    """The line for a field that does not exist, with the one that was probably meant."""
    close = get_close_matches(str(name), fields, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"{str(name)[:60]}: unknown field{hint}"
