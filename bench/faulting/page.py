"""The table of faults on the page that explains them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.pages import put, table
from bench.running import PROJECT

PAGE = PROJECT / "docs" / "operating" / "faults.md"
HEADS = ("fault", "seen by citizens", "slowest turn, s", "lost", "recovered in, s", "within, s", "")


def write(result: Mapping[str, Any]) -> None:
    """Writes the measured part of the page anew."""
    put(PAGE, measured(result))


def measured(result: Mapping[str, Any]) -> str:
    """When and where it was measured, and the table."""
    rows = [_row(one) for one in result["faults"].values()]
    when = f"Measured on {result['date']} at {result['commit']}, {result['cores']} cores."
    return f"{when}\n\n{table(HEADS, rows)}\n"


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    if "seen" not in one:
        return (one["title"], "; ".join(one["wrong"]), "–", "–", "–", f"{one['within_s']:g}", "✗")
    met = ", ".join(f"{count} × {what}" for what, count in one["seen"]["met"].items())
    recovered = "never" if one["recovered_in_s"] is None else f"{one['recovered_in_s']:g}"
    mark = f"✗ {'; '.join(one['wrong'])}" if one["wrong"] else "✓"
    figures = (f"{one['seen']['slowest_s']:g}", str(one["lost"]), recovered, f"{one['within_s']:g}")
    return (one["title"], met, *figures, mark)
