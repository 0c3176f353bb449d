"""Tells those who were told what is outdated, and agreed to hear of it, what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine

from apps.worker.handing_out import HandingOut
from casework.corrections import (
    TITLE,
    WHY,
    Asked,
    Correction,
    answers_to_correct,
    correction_text,
    find_correction,
    note_told,
    questions_of,
)
from channels.ports import Notice, NoticeKind
from channels.web.bell import Bell
from channels.web.inbox import is_link
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredRecord
from core.clock import Clock
from core.database.engine import reading
from core.jobs.context import Context


@dataclass(frozen=True)
class Correcting:
    """The handler; harmless twice, since a citizen gets one notice of a correction.

    Attributes:
        bell: Rung after each transaction.
    """

    engine: Engine
    clock: Clock
    bell: Bell

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """How many were told, and of how many that wanted to hear of it when it began."""
        number = int(context.job.params["correction"])
        with reading(self.engine) as connection:
            correction = find_correction(connection, number)
            answers = list(answers_to_correct(connection, correction).items()) if correction else []
        if correction is None:
            return {"told": 0, "reason": "没有这条更正"}

        def notices(connection: Connection, some: Sequence[tuple[str, str]]) -> list[Notice]:
            record, asked = self._shown(correction), questions_of(connection, [one for _, one in some])
            return [
                self._notice(citizen, asked[answer], correction, record)
                for citizen, answer in some
                if answer in asked
            ]

        told = HandingOut(context, self.clock, self.bell).to_all(
            answers, notices, lambda connection, told: note_told(connection, correction.id, told)
        )
        return {"told": told, "asked": len(answers)}

    def _shown(self, correction: Correction) -> StoredRecord | None:
        """The record as citizens see it now, if they do."""
        reads = CatalogueReads(self.engine)
        record = reads.record(correction.key)
        return record if reads.shown([correction.key], None, self.clock.today()) else None

    def _notice(
        self, citizen: str, asked: Asked, correction: Correction, record: StoredRecord | None
    ) -> Notice:
        local = replace(asked, at=asked.at.astimezone(self.clock.local().tzinfo))
        url = record.record.source_url if record else None
        return Notice(
            citizen=citizen,
            kind=NoticeKind.CORRECTION,
            title=TITLE,
            text=correction_text(local, correction.text, record.title if record else None),
            url=url if url and is_link(url) else None,
            why=WHY,
            dedup_key=f"correction:{correction.id}",
        )
