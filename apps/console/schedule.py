"""Publishes what its hour has come for, once a second; several consoles are in nobody's way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from anyio.to_thread import run_sync

from apps.console.services import Services
from core.commands import Denied
from core.database.engine import reading
from core.errors import BadInput, Conflict, NotFound
from core.logs import defect
from knowledge_base.editing.drafts import due_drafts, find_draft
from staff.accounts import actor_of, by_login
from staff.actors import AccountActor, Operator

log = logging.getLogger(__name__)
INTERVAL_S: Final = 1.0
CLOCK: Final = Operator("@schedule")


async def follow_schedule(services: Services) -> None:
    """Runs until it is cancelled; what fails is logged and tried again."""
    while True:
        try:
            await run_sync(publish_due, services)
        except Exception as error:
            log.error("schedule not followed", extra=defect(error))
        await asyncio.sleep(INTERVAL_S)


def publish_due(services: Services) -> int:
    """Publishes every draft that is due, each by a command of its own; how many were taken up."""
    with reading(services.engine) as connection:
        due = due_drafts(connection, services.clock.now())
    for kind, external_id, mark in due:
        try:
            _publish(services, {"kind": kind, "external_id": external_id, "mark": mark})
        except Exception as error:
            # One that is broken holds up no other.
            log.error("not published when due", extra=defect(error))
    return len(due)


def _publish(services: Services, given: Mapping[str, Any]) -> None:
    """In the name of whoever approved it, with their rights of today; else back to the reviewers, and why."""
    try:
        services.commands.run(_approver(services, given), "content.publish_due", given)
    except (BadInput, Denied) as error:
        _give_back(services, given, error.public_message)
    except Conflict as error:
        if not _give_back(services, given, error.public_message):
            log.info("published, or taken back, by somebody else")


def _approver(services: Services, given: Mapping[str, Any]) -> AccountActor:
    with reading(services.engine) as connection:
        held = find_draft(connection, given["kind"], given["external_id"])
        account = by_login(connection, held.approved_by) if held is not None and held.approved_by else None
        if account is None or not account.active:
            raise Denied("approved by nobody", public_message="审核人的账号已停用。")
        return actor_of(connection, account, services.clock.today())


def _give_back(services: Services, given: Mapping[str, Any], reason: str) -> bool:
    comment = f"定时发布没有进行：{reason}"
    try:
        services.commands.run(CLOCK, "content.unschedule", {**given, "comment": comment})
    except (BadInput, Conflict, NotFound):
        return False
    return True
