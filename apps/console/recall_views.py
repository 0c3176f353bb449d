"""What pages of recall show: looked up in one place, each for whom it may be shown to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.console.content_views import Shown, changes_since_version
from apps.console.guard import Visit
from casework.corrections import (
    TITLE,
    WHY,
    Asked,
    Correction,
    correction_text,
    corrections_of,
)
from casework.recalls import (
    USUAL_DAYS,
    Figures,
    Outdated,
    Recalls,
    ToldQuestion,
    outdated_below,
    window_start,
)
from channels.web.inbox import is_link
from core.catalogue.models import Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredRecord
from core.database.engine import reading
from core.errors import NotFound
from knowledge_base.editing.changes import Change

# Enough to see what was asked; the rest is on the pages that follow.
PER_PAGE = 20


@dataclass(frozen=True)
class Recalled:
    """Who was told what a record does not say any more.

    Attributes:
        days: Of answers of so many days.
        version: Which of the outdated ones `changed` compares with what the record says now; None where no
            answer quoted one.
        before: Where the page of questions that follows begins; None after the last.
        corrections: Sent before, the latest first.
    """

    stored: StoredRecord
    days: int
    outdated: Outdated
    figures: Figures
    version: int | None
    changed: Sequence[Change]
    questions: Sequence[ToldQuestion]
    before: tuple[datetime, str] | None
    corrections: Sequence[Correction]

    @property
    def is_public(self) -> bool:
        """Whether citizens see the record."""
        return self.stored.status is Status.PUBLISHED


@dataclass(frozen=True)
class Preview:
    """A notice as one of the citizens will read it."""

    title: str
    text: str
    url: str | None
    why: str


def outdated_answers(visit: Visit, held: Shown) -> int:
    """How many answers of late quoted what the record does not say any more."""
    if held.stored is None:
        return 0
    return Recalls(visit.services.engine).answers(_outdated(visit, held.stored, USUAL_DAYS))


def recalled(
    visit: Visit,
    held: Shown,
    days: int,
    version: int | None = None,
    before: tuple[datetime, str] | None = None,
) -> Recalled:
    """What the page of a record shows.

    Args:
        version: The outdated one to compare with; the latest that was quoted if not told.
        before: Where the page of questions begins.

    Raises:
        NotFound: There is no record that the visitor may see.
    """
    if held.stored is None:
        raise NotFound("no such record")
    outdated = _outdated(visit, held.stored, days)
    reads = Recalls(visit.services.engine)
    figures = reads.figures(outdated)
    quoted = [number for number, _ in figures.versions]
    chosen = version if version in quoted else next(iter(quoted), None)
    questions = reads.questions(outdated, PER_PAGE + 1, before) if quoted else []
    last = questions[PER_PAGE - 1] if len(questions) > PER_PAGE else None
    with reading(visit.services.engine) as connection:
        corrections = corrections_of(connection, outdated.key)
    return Recalled(
        stored=held.stored,
        days=days,
        outdated=outdated,
        figures=figures,
        version=chosen,
        changed=changes_since_version(visit, held.stored, chosen) if chosen is not None else [],
        questions=questions[:PER_PAGE],
        before=(last.at, last.answer_id) if last else None,
        corrections=corrections,
    )


def preview_of(visit: Visit, found: Recalled, text: str) -> Preview:
    """What the last of them will read; each reads the own question."""
    last = found.questions[0]
    local = visit.services.clock.local().tzinfo
    asked = Asked(last.question, last.at.astimezone(local))
    stored = found.stored
    reads = CatalogueReads(visit.services.engine)
    is_shown = bool(reads.shown([stored.key], None, visit.services.clock.today()))
    url = stored.record.source_url if is_shown else None
    return Preview(
        TITLE,
        correction_text(asked, text, stored.title if is_shown else None),
        url if url and is_link(url) else None,
        WHY,
    )


def _outdated(visit: Visit, stored: StoredRecord, days: int) -> Outdated:
    below = outdated_below(stored.version, public=stored.status is Status.PUBLISHED)
    return Outdated(stored.key, below, window_start(visit.services.clock, days))
