"""Publishes what its hour has come for, once a second; several consoles are in nobody's way."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from anyio.to_thread import run_sync

from apps.console.services import Services
from core.database.engine import reading
from core.errors import WeizhengError
from core.logs import defect
from knowledge_base.editing.drafts import due_drafts
from staff.actors import Operator

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
        given = {"kind": kind, "external_id": external_id, "mark": mark}
        try:
            services.commands.run(CLOCK, "content.publish_due", given)
        except WeizhengError as error:
            # Another console was faster, or somebody took it back meanwhile.
            log.warning("not published when due", extra={"code": error.code})
    return len(due)
