"""What was offered in a conversation without being asked for, so that it is offered once."""

from __future__ import annotations

from sqlalchemy import Engine, select

from core.citizens.tables import message
from core.database.engine import reading

BUNDLE = "bundle"


class OfferedBundles:
    """Reads it from the transcript, and so forgets it with that."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, conversation: str) -> frozenset[str]:
        """External ids of the bundles that were offered."""
        offers = select(message.c.payload).where(
            message.c.conversation == conversation, message.c.kind == BUNDLE
        )
        with reading(self._engine) as connection:
            payloads = connection.execute(offers).scalars().all()
        return frozenset(str(payload.get("bundle_id")) for payload in payloads)
