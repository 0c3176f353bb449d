"""The privacy notice: what citizens are told, and the version that consents are given to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.citizens.consents import Purpose

FILE = Path(__file__).with_name("privacy_notice.yaml")


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    text: str


@dataclass(frozen=True)
class Notice:
    """The whole notice; every purpose is explained."""

    version: str
    title: str
    sections: tuple[Section, ...]
    purposes: dict[Purpose, Section]


def load_notice(*, city: str, hotline: str, days: int) -> Notice:
    """The notice as this installation shows it.

    Args:
        days: How long a transcript is kept.
    """
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))

    def section(raw: dict[str, str]) -> Section:
        return Section(raw["title"], raw["text"].format(city=city, hotline=hotline, days=days))

    return Notice(
        version=loaded["version"],
        title=loaded["title"],
        sections=tuple(map(section, loaded["text_sections"])),
        purposes={purpose: section(loaded["purposes"][purpose]) for purpose in Purpose},
    )
