"""Publishes what its hour has come for: looked for as often as the table of jobs, a job for each."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine

from core.clock import Clock
from core.commands import Denied
from core.database.engine import reading, writing
from core.errors import BadInput, Conflict, NotFound
from core.jobs.context import Context
from core.jobs.kinds import Kind
from core.jobs.queue import enqueue
from core.jobs.reads import is_open_or_undone
from core.jobs.schedules import ACTOR
from knowledge_base.editing.drafts import due_drafts, find_draft
from knowledge_base.editing.tables import draft
from staff.accounts import actor_of, by_login
from staff.actors import AccountActor, Operator
from staff.runner import CommandRunner

log = logging.getLogger(__name__)
CLOCK: Final = Operator(ACTOR)
# One that is broken is tried for some hours, ever more seldom, and is to be seen meanwhile.
_MOST_ATTEMPTS: Final = 100
_KEY: Final = "publish:"


@dataclass(frozen=True)
class Publishing:
    """Scheduled publication.

    Attributes:
        engine: Database.
        commands: Those on contents among them.
    """

    engine: Engine
    clock: Clock
    commands: CommandRunner

    def put_in_due(self) -> int:
        """A job for every draft that is due, unless it has one; how many were put in.

        One that failed or was cancelled since the draft's hour is not joined by another: it is tried again
        by staff, or the draft is given a new hour.
        """
        now = self.clock.now()
        had = is_open_or_undone(_KEY + draft.c.mark, since=draft.c.publish_at)
        with reading(self.engine) as connection:
            due = due_drafts(connection, now, ~had)
        for kind, external_id, mark in due:
            given = {"kind": kind, "external_id": external_id, "mark": mark}
            with writing(self.engine) as connection:
                enqueue(
                    connection, Kind.PUBLISH, given,
                    by=ACTOR, now=now, unique=_KEY + mark, most_attempts=_MOST_ATTEMPTS,
                )  # fmt: skip
        return len(due)

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """The handler: a draft is published once, since what is published is no draft any more."""
        return self.publish(context.job.params)

    def publish(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """In the name of whoever approved it, with their rights of today; else back to review, and why."""
        try:
            self.commands.run(self._approver(given), "content.publish_due", given)
        except (BadInput, Denied, Conflict, NotFound) as error:
            return self._told(given, error.public_message)
        return {"published": True}

    def _told(self, given: Mapping[str, Any], reason: str) -> Mapping[str, Any]:
        if self._give_back(given, reason):
            return {"published": False, "reason": reason}
        log.info("published, or taken back, by somebody else")
        return {"published": False}

    def _approver(self, given: Mapping[str, Any]) -> AccountActor:
        with reading(self.engine) as connection:
            held = find_draft(connection, given["kind"], given["external_id"])
            named = held.approved_by if held is not None else None
            account = by_login(connection, named) if named else None
            if account is None or not account.active:
                raise Denied("approved by nobody", public_message="审核人的账号已停用。")
            return actor_of(connection, account, self.clock.today())

    def _give_back(self, given: Mapping[str, Any], reason: str) -> bool:
        comment = f"定时发布没有进行：{reason}"
        try:
            self.commands.run(CLOCK, "content.unschedule", {**given, "comment": comment})
        except (BadInput, Conflict, NotFound):
            return False
        return True
