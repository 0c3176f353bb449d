"""What a citizen may see, take along and have erased."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

from anyio.to_thread import run_sync

from apps.portal.deadline import Deadline
from apps.portal.errors import TooManyWaiting, log_defect
from apps.portal.queue import TurnQueue
from core.citizens.erasures import Erasures
from core.citizens.personal import PersonalData, export_all
from core.errors import DeadlineExceeded, WeizhengError

log = logging.getLogger(__name__)


class PersonalRecords:
    """Exports and erases everything about a citizen.

    Args:
        parts: Everything there is.
        erasures: Notes and does what is to be erased.
        queue: Where the conversation's turns stand in line.
        patience_s: Seconds that a turn under way is waited for.
    """

    def __init__(
        self, parts: Sequence[PersonalData], erasures: Erasures, queue: TurnQueue, patience_s: float
    ) -> None:
        self.parts = parts
        self._erasures = erasures
        self._queue = queue
        self._patience_s = patience_s

    async def export(self, citizen: str) -> dict[str, dict[str, Any]]:
        """What every part holds, by its name.

        Raises:
            Unavailable: A part cannot be reached.
        """
        return await run_sync(export_all, self.parts, citizen)

    async def erase(self, citizen: str) -> bool:
        """Erases all of it; False: it is noted, and done as soon as that is possible.

        Raises:
            Unavailable: It could not even be noted.
        """
        await run_sync(self._erasures.request, citizen)
        async with AsyncExitStack() as stack:
            # A turn that takes too long writes after us; what it leaves is erased a little later.
            with suppress(TooManyWaiting, DeadlineExceeded):
                await stack.enter_async_context(self._queue.turn(citizen, Deadline(self._patience_s)))
            try:
                await run_sync(self._erasures.complete, citizen)
            except WeizhengError as error:
                log.warning("erasure not completed", extra={"code": error.code})
                return False
            except Exception as error:
                log_defect(error)
                return False
        return True
