"""How a row of a table reads as a line of text, whatever kind of file it is in."""

from __future__ import annotations

CELLS = " | "
