"""`kb told`: how many were told what a record does not say any more."""

from __future__ import annotations

from typing import Literal, TypedDict

from rich.console import Console

from apps.cli.catalogue import the_record
from apps.cli.installation import ensure_home, opened_database
from casework.recalls import Outdated, Recalls, outdated_below, window_start
from core.catalogue.models import Status
from core.clock import SystemClock
from core.settings import Settings


class OutdatedAnswers(TypedDict):
    """Answers of `days` that quoted an outdated version, by version; and citizens who can be told of it."""

    kind: str
    external_id: str
    title: str
    status: str
    version: int
    days: int
    answers: int
    versions: dict[int, int]
    citizens: int


def outdated_answers(
    settings: Settings, external_id: str, kind: Literal["item", "document"] | None, days: int
) -> OutdatedAnswers:
    """Count them.

    Raises:
        NotFound: No record has this id.
        BadInput: Both kinds have it, and none was named.
    """
    ensure_home(settings)
    with opened_database(settings) as engine:
        record = the_record(engine, external_id, kind)
        below = outdated_below(record.version, public=record.status is Status.PUBLISHED)
        since = window_start(SystemClock(settings.zone), days)
        figures = Recalls(engine).figures(Outdated(record.key, below, since))
    return {
        "kind": record.key.kind,
        "external_id": external_id,
        "title": record.title,
        "status": record.status.value,
        "version": record.version,
        "days": days,
        "answers": figures.answers,
        "versions": dict(figures.versions),
        "citizens": figures.citizens,
    }


def print_outdated(found: OutdatedAnswers, console: Console) -> None:
    """A few lines for people."""
    lines = [
        f"{found['title']}: {found['status']}, 第 {found['version']} 版 version {found['version']}",
        f"最近 {found['days']} 天的旧答复 outdated answers: {found['answers']}, "
        f"可通知的市民 citizens who can be told: {found['citizens']}",
        *(f"  第 {version} 版 version {version}: {number}" for version, number in found["versions"].items()),
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
