"""Cells of files that spreadsheets open: text stays text. Pure."""

from __future__ import annotations

import re
from typing import Final

# What some spreadsheet takes for the beginning of a formula; wide signs too, which some of them narrow.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What no workbook may hold.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, without characters that no file may hold."""
    shown = _CONTROL.sub("", text)
    # Some leave blanks away before they look.
    return f"'{shown}" if shown.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown
