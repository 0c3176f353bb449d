"""Rows of every age for tests of retention, as chance wants them: often within a second of a limit."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Table, insert

from casework.ratings.tables import rating
from channels.web.tables import notice
from core.citizens.tables import (
    answer_log,
    choice_token,
    citizen,
    client_message,
    consent,
    conversation,
    erased,
    feedback,
    followup,
    message,
    subscription,
)
from core.commands import Subject
from core.database.engine import writing
from core.jobs.models import State
from core.jobs.tables import job
from core.retention.tables import retention_run
from core.words.tables import word_hit
from knowledge_base.uploads.tables import upload, upload_chunk
from recommender.interactions.tables import interaction, interaction_count, interaction_source
from staff.audit import append
from staff.token_tables import agency_token, kept_answer

ROWS = 40
_LIMITS = (0, 1, 30, 180, 365, 400)


class Ages:
    """Rows around an instant.

    Args:
        now: The instant.
        seed: Other rows for another one.
    """

    def __init__(self, now: datetime, seed: int) -> None:
        self._now = now
        self._chance = random.Random(seed)

    def fill(self, engine: Engine) -> None:
        """Some rows into each table that a rule is about, and into those that they refer to."""
        with writing(engine) as connection:
            for table, row in self._tables().items():
                connection.execute(insert(table), [row(number) for number in range(1, ROWS + 1)])
            times = sorted(self._at() for _ in range(ROWS))
            # The clock of a machine was ahead once.
            times[self._chance.randrange(ROWS)] = self._now
            for at in times:
                append(connection, at, "li", "account.sign_in", Subject("account", "li"), {})

    def _at(self) -> datetime:
        days = self._chance.choice((*_LIMITS, self._chance.randrange(500)))
        return self._now - timedelta(
            days=days, seconds=self._chance.choice((-1, 0, 1, self._chance.randrange(86_400)))
        )

    def _maybe(self, value: Any) -> Any:
        return value if self._chance.random() < 0.6 else None

    def _one(self) -> str:
        return f"n{self._chance.randint(1, ROWS)}"

    def _tables(self) -> Mapping[Table, Callable[[int], dict[str, Any]]]:
        return {**self._talk(), **self._people(), **self._rest()}

    def _talk(self) -> Mapping[Table, Callable[[int], dict[str, Any]]]:
        at, one = self._at, self._one
        return {
            conversation: lambda n: {"id": f"n{n}", "created": at(), "last_seen": at()},
            message: lambda n: {
                "id": f"n{n}", "conversation": one(), "role": "citizen", "kind": "text", "payload": {},
                "created": at(),
            },
            client_message: lambda n: {"conversation": one(), "client_message_id": f"n{n}", "created": at()},
            choice_token: lambda n: {
                "token": f"n{n}", "conversation": one(), "title": "x", "target_kind": "item", "target_id": 1,
                "created": at(), "expires": at() + timedelta(days=self._chance.choice((0, 1))),
            },
            feedback: lambda n: {
                "answer_id": f"n{n}", "conversation": self._maybe(one()), "useful": True, "updated": at(),
            },
            rating: lambda n: {
                "id": f"n{n}", "conversation": self._maybe(one()), "slot": f"item:{n}", "target": "item",
                "level": 1, "reasons": [], "channel": "web", "day": at().date(), "created": at(),
                "updated": at(),
            },
        }  # fmt: skip

    def _people(self) -> Mapping[Table, Callable[[int], dict[str, Any]]]:
        at, one = self._at, self._one
        return {
            # Half of them talk still, or did.
            citizen: lambda n: {"id": f"n{n}", "created": at(), "last_seen": self._maybe(at())},
            consent: lambda n: {
                "citizen": f"n{n}", "purpose": "personalize", "notice_version": "1", "channel": "web",
                "given_at": at(), "withdrawn_at": self._maybe(at()),
            },
            answer_log: lambda n: {
                "id": f"n{n}", "citizen": self._maybe(self._chance.choice((one(), "nobody"))),
                "question": "x", "status": "clarify", "passage_ids": [], "versions": {}, "step_ms": {},
                "channel": "web", "created": at(),
            },
            followup: lambda n: {"answer_id": f"n{n}", "citizen": one(), "created": at()},
            notice: lambda n: {
                "id": f"n{n}", "number": n, "citizen": one(), "kind": "followup", "title": "x", "text": "x",
                "why": "x", "dedup_key": f"n{n}", "sent_at": at(),
            },
            interaction: lambda n: {
                "citizen": one(), "event_id": f"n{n}", "item_id": n, "type": "click", "origin": "client",
                "day": at().date(), "counts": True, "source": self._maybe(f"n{n}"),
                "district": self._maybe("990101"), "occurred_at": at(), "received_at": at(),
            },
            interaction_source: lambda n: {
                "digest": f"n{n}", "newcomers": 1, "events": 1, "flooded": False, "began": at(),
            },
            interaction_count: lambda n: {
                "item_id": n, "district": "", "day": at().date(), "count": 1, "began": at(),
            },
            subscription: lambda n: {
                "citizen": one(), "kind": "theme", "target": f"n{n}", "title": "x", "since": at(),
            },
            erased: lambda n: {"digest": f"n{n}", "at": at()},
        }  # fmt: skip

    def _rest(self) -> Mapping[Table, Callable[[int], dict[str, Any]]]:
        at = self._at
        return {
            word_hit: lambda n: {
                "at": at(), "word": n, "scope": "in", "action": "refuse", "channel": "web", "answer_id": "x",
                "shown": "x",
            },
            job: lambda n: {
                "kind": "test.none", "params": {}, "state": self._chance.choice(list(State)), "done": 0,
                "total": 0, "note": "", "attempts": 0, "most_attempts": 1, "fence": 0, "not_before": at(),
                "cancel": False, "actor": "li", "created": at(), "finished": self._maybe(at()),
            },
            agency_token: lambda n: {
                "name": f"n{n}", "digest": f"n{n}", "agency": "x", "roles": [], "expires": at().date(),
                "created": at(), "creator": "li",
            },
            upload: lambda n: {
                "id": f"n{n}", "name": "x", "size": 1, "files": 0, "filling": {}, "actor": "li",
                "created": at(), "job": self._maybe(n),
            },
            upload_chunk: lambda n: {"upload": f"n{n}", "number": 0, "content": b"x"},
            kept_answer: lambda n: {"token": n, "key": "x", "digest": "x", "value": "x", "at": at()},
            retention_run: lambda n: {"actor": "@schedule", "began": at(), "total": 0, "gone": {}},
        }  # fmt: skip
