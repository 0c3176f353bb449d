"""The parts of the personal data that are kept in the database."""

from __future__ import annotations

from sqlalchemy import Engine

from core.citizens.consents import Consents
from core.citizens.feedback import FeedbackStore
from core.citizens.followups import FollowupData
from core.citizens.personal import PersonalData
from core.citizens.subscriptions import Subscriptions
from core.citizens.transcript import TranscriptData
from core.clock import Clock


def stored_parts(engine: Engine, clock: Clock, notice_version: str = "") -> list[PersonalData]:
    """All of them in the order of erasing: what finds answers goes after what is found by it.

    Args:
        notice_version: Today's version of the privacy notice; showing and erasing need none.
    """
    consents = Consents(engine, clock, notice_version)
    return [
        FeedbackStore(engine, clock),
        TranscriptData(engine),
        FollowupData(engine),
        Subscriptions(engine, clock, consents),
        consents,
    ]
