"""What citizens are offered unasked, put together: recommendations, life events, and what both rest on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from apps.portal.answering import Answers
from apps.portal.bundles import LifeEvents, OfferingAnswering
from apps.portal.offers import Offers
from apps.portal.ports import Profiles, Recommending
from apps.portal.profile_deeds import ProfileDeeds
from apps.portal.recommending import RecommendingService
from apps.portal.recommending_answers import RecommendingAnswering
from apps.portal.subjects import Subjects
from apps.portal.telling import Telling
from apps.recommending import serving
from core.catalogue.bundle_register import BundleReads
from core.catalogue.reads import CatalogueReads
from core.citizens.consents import Consents
from core.citizens.conversations import Conversations
from core.citizens.notice import Notice
from core.citizens.offers import OfferedBundles
from core.clock import Clock
from core.keys import Keys
from core.polled import Polled
from core.settings import Settings
from recommender.interactions.store import InteractionStore
from recommender.profile.store import ProfileStore


@dataclass(frozen=True)
class Suggesting:
    """Recommendations, life events, and what is kept for them.

    Attributes:
        conversations: What was shown in them, and the district chosen.
        deeds: The profile as the conversation changes it.
    """

    recommending: Recommending
    events: LifeEvents
    conversations: Conversations
    interactions: InteractionStore
    profiles: ProfileStore
    deeds: Profiles


def open_suggesting(
    settings: Settings, keys: Keys, engine: Engine, clock: Clock, subjects: Subjects
) -> Suggesting:
    """Everything real; nothing is read yet."""
    interactions, profiles = InteractionStore(engine, clock, keys.cookie_secret), ProfileStore(engine, clock)
    conversations = Conversations(engine, clock)
    bundles, offered = Polled(BundleReads(engine).read), OfferedBundles(engine)
    return Suggesting(
        recommending=RecommendingService(serving(settings, engine, clock), conversations.region, clock),
        events=LifeEvents(
            bundles, CatalogueReads(engine), offered, conversations, clock, profiles.state, profiles.told
        ),
        conversations=conversations,
        interactions=interactions,
        profiles=profiles,
        deeds=ProfileDeeds(profiles, interactions, clock),
    )


def with_suggestions(
    answering: Answers,
    suggesting: Suggesting,
    consents: Consents,
    notice: Notice,
    subjects: Subjects,
    clock: Clock,
) -> RecommendingAnswering:
    """The answering inside, with life events and recommendations added to what it replies."""
    return RecommendingAnswering(
        OfferingAnswering(answering, suggesting.events),
        Offers(suggesting.recommending, suggesting.deeds, consents, suggesting.conversations, notice, clock),
        Telling(suggesting.deeds, consents, suggesting.conversations, subjects),
    )
