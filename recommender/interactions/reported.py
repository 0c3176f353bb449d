"""What an agency's program reports: that a citizen who gave their reference applied for one of its items."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Final

from sqlalchemy import Engine

from core.catalogue.keys import RecordKey
from core.catalogue.owners import owner_of
from core.commands import Denied
from core.database.engine import writing
from core.errors import BadInput, NotFound
from recommender.interactions.store import InteractionStore
from recommender.models import Interaction, Origin
from recommender.profile.store import citizen_of

_MOST_EVENT_ID: Final = 128


class Reports:
    """Keeps them; methods block."""

    def __init__(self, engine: Engine, interactions: InteractionStore) -> None:
        self._engine = engine
        self._interactions = interactions

    def keep(self, agency: str, reference: str, reported: Interaction) -> None:
        """Keeps one; the same event of the same agency counts once.

        Args:
            agency: External id of the agency that reports.
            reference: As the citizen's profile shows it.

        Raises:
            NotFound: The reference is of nobody or was withdrawn, or the item is not published.
            Denied: The item is another agency's.
            BadInput: What is reported cannot be.
        """
        if reported.origin is not Origin.AGENCY or not 0 < len(reported.event_id) <= _MOST_EVENT_ID:
            raise BadInput("event_id")
        # Not under its own id: whoever guesses that could send it first, as another agency or as the citizen.
        digest = sha256(f"{agency}\n{reported.event_id}".encode()).hexdigest()[:40]
        with writing(self._engine) as connection:
            citizen = citizen_of(connection, reference)
            if citizen is None:
                raise NotFound("no such reference", public_message="没有这个办事编号，或者市民已经撤回同意。")
            if owner_of(connection, [RecordKey("item", reported.item_id)]) != agency:
                raise Denied("another agency's item")
            event = replace(reported, event_id=f"agency:{digest}")
            self._interactions.add_within(connection, citizen, [event])
