"""The inbox as a way of sending."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from channels.ports import Notice, Outcome
from channels.web.bell import Bell
from channels.web.inbox import put_notices
from core.clock import Clock
from core.database.engine import writing
from core.errors import Unavailable

log = logging.getLogger(__name__)


class WebSender:
    """Puts a notice into the citizen's inbox, and tells the portals."""

    def __init__(self, engine: Engine, clock: Clock, bell: Bell) -> None:
        self._engine = engine
        self._clock = clock
        self._bell = bell

    def send(self, notice: Notice) -> Outcome:
        """Sends one in a transaction of its own; `UNKNOWN` where the database gave no answer."""
        try:
            with writing(self._engine) as connection:
                outcome = put_notices(connection, [notice], self._clock.now())[0]
        except Unavailable as error:
            log.warning("notice of unknown fate", extra={"code": error.code})
            return Outcome.UNKNOWN
        if outcome is Outcome.SENT:
            self._bell.ring()
        return outcome
