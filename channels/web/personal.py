"""The inbox as personal data, and how long it is kept."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Engine, delete

from channels.web.tables import notice, notice_stop
from core.citizens.personal import rows_of
from core.database.engine import reading, writing
from core.retention.models import DataClass, RetentionRule

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


def notice_rule() -> RetentionRule:
    """How long the inbox keeps a notice."""
    return RetentionRule(
        name="notices", label="站内消息", data_class=DataClass.CONTENT, clock=notice.c.sent_at,
        days=NOTICE_DAYS, reason="隔几个月再来的市民也能看到；隐私说明写明半年。",
    )  # fmt: skip
