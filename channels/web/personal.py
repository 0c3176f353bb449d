"""The inbox as personal data, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Engine, delete

from channels.web.tables import notice, notice_stop
from core.citizens.personal import rows_of
from core.clock import Clock
from core.database.engine import reading, writing

# Long enough for whoever comes back every few months.
NOTICE_DAYS = 180


class InboxData:
    """What a citizen was told and has stopped."""

    name: Final = "inbox"
    tables: Final = frozenset({"notice", "notice_stop"})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def export(self, citizen: str) -> dict[str, Any]:
        """The rows of each table."""
        with reading(self._engine) as connection:
            return {
                "notices": rows_of(connection, notice, notice.c.citizen == citizen),
                "stopped": rows_of(connection, notice_stop, notice_stop.c.citizen == citizen),
            }

    def erase(self, citizen: str) -> None:
        """Forgets both. Their keys go too: without a consent nothing is sent again."""
        with writing(self._engine) as connection:
            connection.execute(delete(notice).where(notice.c.citizen == citizen))
            connection.execute(delete(notice_stop).where(notice_stop.c.citizen == citizen))


def forget_notices(engine: Engine, clock: Clock) -> int:
    """Deletes notices older than `NOTICE_DAYS`; how many."""
    with writing(engine) as connection:
        old = notice.c.sent_at < clock.now() - timedelta(days=NOTICE_DAYS)
        return connection.execute(delete(notice).where(old)).rowcount
