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
        # Of a payload, which holds all steps and materials, nothing else leaves the database.
        offers = select(message.c.payload["bundle_id"].as_string()).where(
            message.c.conversation == conversation, message.c.kind == BUNDLE
        )
        with reading(self._engine) as connection:
            return frozenset(connection.execute(offers).scalars())
