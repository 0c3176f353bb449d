"""A cell's value as a reader of the sheet sees it. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal


def shown(value: object, form: str) -> str:
    """The text of a value under its number format; line ends are kept, blanks at the ends are not."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(value, int | float):
        return _number(value, form)
    return _text(str(value))


def _number(value: int | float, form: str) -> str:
    if form.endswith("%"):
        return f"{_plain(round(value * 100, _decimals(form)))}%"
    padded = re.fullmatch(r"0{2,20}", form)
    if padded and value == int(value):
        return str(int(value)).zfill(len(form))
    if re.search(r"0\.0+", form):
        return f"{value:.{_decimals(form)}f}"
    return _plain(value)


def _plain(value: int | float) -> str:
    """3 rather than 3.0, 0.1 rather than 0.1000000000000000055, digits rather than powers of ten."""
    if value == int(value):
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f")


def _decimals(form: str) -> int:
    found = re.search(r"0\.(0+)", form)
    return min(len(found[1]), 10) if found else 0


def _text(said: str) -> str:
    said = said.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    # Control characters mean nothing to a reader.
    said = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", said)
    return said.strip()
