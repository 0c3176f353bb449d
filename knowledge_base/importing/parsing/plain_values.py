"""What a file may say in a field: texts, numbers, dates, lists and mappings; anything else is refused."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from knowledge_base.importing.unreadable import Unreadable

# No record has use for it, and the process that reads the message must come to its end.
_DEEPEST: Final = 100
_DIGITS: Final = 4300
_BEYOND: Final = 10**_DIGITS


def plain(value: object, depth: int = 0) -> Any:
    """The value with every field named by a text.

    Raises:
        Unreadable: A value of another type, a number of more than 4300 digits, a name with NUL, or nested
            too deeply.
    """
    if depth > _DEEPEST:
        raise Unreadable("is nested too deeply")
    if isinstance(value, dict):
        named = {_name(name): plain(inner, depth + 1) for name, inner in value.items()}
        if len(named) < len(value):
            raise Unreadable("holds a value that cannot be read: a name that is given twice")
        return named
    if isinstance(value, list):
        return [plain(inner, depth + 1) for inner in value]
    if isinstance(value, int) and not -_BEYOND < value < _BEYOND:
        raise Unreadable(f"holds a value that cannot be read: a number of more than {_DIGITS} digits")
    if value is None or isinstance(value, str | int | float) or type(value) is date:
        return value
    raise Unreadable(f"holds a value that cannot be read: {type(value).__name__}")


def _name(said: object) -> str:
    """Of no field, and not the one under which a message writes a date."""
    name = str(said)
    if "\x00" in name:
        raise Unreadable("holds a NUL character")
    return name
