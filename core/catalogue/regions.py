"""Where a record holds: GB/T 2260 codes, two digits each for province, city and district. Pure."""

from __future__ import annotations

from core.catalogue.models import NATIONAL


def scope(asked_region: str) -> tuple[str, ...]:
    """The codes whose records hold in a region: its own, its city, its province, the nation."""
    return tuple(dict.fromkeys((asked_region, f"{asked_region[:4]}00", f"{asked_region[:2]}0000", NATIONAL)))


def holds_for(record_region: str, asked_region: str | None) -> bool:
    """Whether a record holds in a region; with none asked, every record does."""
    return asked_region is None or record_region in scope(asked_region)
