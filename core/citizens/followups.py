"""Which answers a citizen wants to hear more of, as personal data."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Engine, delete

from core.citizens.personal import rows_of
from core.citizens.tables import followup
from core.database.engine import reading, writing


class FollowupData:
    """Rows are written with their answer, while `followup_notice` is agreed to, and go when it is not."""

    name: Final = "followups"
    tables: Final = frozenset({"followup"})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def export(self, citizen: str) -> dict[str, Any]:
        """Each answer, and since when."""
        with reading(self._engine) as connection:
            return {"answers": rows_of(connection, followup, followup.c.citizen == citizen)}

    def erase(self, citizen: str) -> None:
        """Forgets them."""
        with writing(self._engine) as connection:
            connection.execute(delete(followup).where(followup.c.citizen == citizen))
