"""The portal's composition root: real services from settings and keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import httpx
from sqlalchemy import Engine

from apps.portal.ahead import LookingAhead
from apps.portal.answering import Answering, Answers
from apps.portal.asked import asked_by
from apps.portal.chat import Chat, Memory
from apps.portal.citizens import PersonalRecords
from apps.portal.cookies import Cookies
from apps.portal.limits import Limits
from apps.portal.measuring import MeasuredChat, MeasuredDialogue, MeasuredGate, MeasuredKeeper, MeasuredQueue
from apps.portal.metrics import PortalMetrics
from apps.portal.popular import Popular
from apps.portal.ports import Catalogue, Dialogue, Knowledge, Trackers
from apps.portal.probes import OutsideParts, outside_parts, readiness_of
from apps.portal.queue import TurnQueue
from apps.portal.rasa import RasaDialogue
from apps.portal.services import Inbox, Services
from apps.portal.streams import Streams
from apps.portal.subjects import Subjects
from apps.portal.subscribing import SubscribingAnswering, Wishes
from apps.portal.suggesting import Suggesting, open_suggesting, with_suggestions
from apps.portal.switch import Switch
from apps.portal.switched import SwitchedAnswering, SwitchedChat
from apps.portal.trackers import RedisTrackers
from apps.portal.wire import About
from apps.portal.word_screening import ScreenedAnswering, WordLog
from apps.portal.words import Words
from casework.ratings.personal import RatingData
from casework.ratings.rating import RatingStore
from channels.web.bell import DeafListener, Listener, RedisListener
from channels.web.personal import InboxData
from channels.web.reads import InboxReads
from channels.web.stops import Stops
from core.catalogue.reads import CatalogueReads
from core.citizens.choices import Choices
from core.citizens.consents import Consents
from core.citizens.conversations import Conversations
from core.citizens.erasures import Erasures
from core.citizens.feedback import FeedbackStore
from core.citizens.notice import load_notice
from core.citizens.personal import PersonalData
from core.citizens.replies import StoredReplies
from core.citizens.stores import stored_parts
from core.citizens.subscriptions import Subscriptions
from core.citizens.turns import Also
from core.clock import Clock, SystemClock
from core.database.engine import open_engine
from core.database.wiping import wipe_log
from core.keys import Keys
from core.limits.fallback import PATIENCE_S, FallbackLimiter
from core.limits.memory import MemoryLimiter
from core.limits.port import Limiter
from core.limits.redis import RedisLimiter
from core.polled import Polled
from core.redis import connect, connect_async, redis_url
from core.settings import Settings
from core.switch.state import SwitchState, read_switch
from core.words.reads import WordLists
from knowledge_base.client import KnowledgeClient
from recommender.personal import RecommenderData, forgets

_CONNECTIONS = httpx.Limits(max_connections=200, max_keepalive_connections=50)


def open_services(settings: Settings, keys: Keys) -> Services:
    """Everything real. Connections are made when they are first used."""
    # Addresses between our own processes: a proxy of the machine has no business there.
    http = httpx.AsyncClient(trust_env=False, limits=_CONNECTIONS, timeout=settings.web_deadline_s)
    engine = open_engine(settings.database_url)
    return assemble(
        settings,
        keys,
        engine=engine,
        clock=SystemClock(settings.zone),
        dialogue=RasaDialogue(http, settings.rasa_url, keys.rasa_token),
        knowledge=KnowledgeClient(http, settings.knowledge_url, keys.service_token),
        catalogue=CatalogueReads(engine),
        trackers=RedisTrackers(connect(redis_url(settings, keys))),
        limiter=open_limiter(redis_url(settings, keys)),
        outside=outside_parts(settings, keys, http),
        listener=RedisListener(connect_async(redis_url(settings, keys))),
    )


def open_limiter(url: str) -> Limiter:
    """Limits counted in Redis, and in this process while that is away."""
    shared = RedisLimiter(connect_async(url, timeout_s=PATIENCE_S))
    return FallbackLimiter(shared, MemoryLimiter())


def assemble(
    settings: Settings,
    keys: Keys,
    *,
    engine: Engine,
    clock: Clock,
    dialogue: Dialogue,
    knowledge: Knowledge,
    catalogue: Catalogue,
    trackers: Trackers,
    limiter: Limiter,
    outside: OutsideParts | None = None,
    listener: Listener | None = None,
    suggesting: Suggesting | None = None,
) -> Services:
    """The portal's services over what reaches outside; parts `outside` are only asked how they are."""
    metrics, outside = PortalMetrics(), outside or OutsideParts()
    notice = load_notice(city=settings.city_name, hotline=settings.hotline, days=settings.transcript_days)
    consents, queue = Consents(engine, clock, notice.version, forgets()), MeasuredQueue(metrics)
    parts = _parts(trackers, engine, clock, notice.version)
    erasures = Erasures(engine, clock, parts, (trackers.wipe, partial(wipe_log, engine)))
    words, switch = Words(settings.hotline), Switch(Polled(partial(read_switch, engine), SwitchState()))
    inbox = _inbox(settings, metrics, engine, clock, listener or DeafListener())
    subscriptions, subjects = Subscriptions(engine, clock, consents), Subjects(catalogue, clock)
    suggesting = suggesting or open_suggesting(settings, keys, engine, clock, subjects)
    memory = _memory(settings, engine, clock, metrics, asked_by(suggesting.interactions))
    wishes = Wishes(subscriptions, consents, inbox.stops, subjects)
    answering = SubscribingAnswering(Answering(MeasuredDialogue(dialogue, metrics), knowledge, words), wishes)
    offering = with_suggestions(answering, suggesting, consents, notice, subjects, clock)
    # The outermost looks at what is added as well: no word goes out unscreened.
    screened = _screened(offering, engine, clock, words)
    chat = MeasuredChat(_chat(settings, metrics, knowledge, memory, queue, screened, switch), metrics)

    return Services(
        chat=chat,
        conversations=memory.conversations,
        cookies=Cookies(keys.cookie_secret, keys.previous_cookie_secret),
        limits=Limits(limiter, keys.cookie_secret, settings.rate_per_minute, settings.rate_per_address),
        knowledge=knowledge,
        catalogue=catalogue,
        popular=Popular(catalogue, clock),
        suggesting=suggesting,
        clock=clock,
        about=_about(settings),
        words=words,
        notice=notice,
        consents=consents,
        feedback=FeedbackStore(engine, clock),
        ratings=RatingStore(engine, clock),
        inbox=inbox,
        subscriptions=subscriptions,
        subjects=subjects,
        records=PersonalRecords(parts, erasures, queue, settings.web_deadline_s),
        readiness=readiness_of(engine, knowledge, outside),
        switch=switch,
        metrics=metrics,
        prepare=_preparing(screened, suggesting),
        tidy=erasures.resume,
        close=_closing(inbox, dialogue, trackers, limiter, outside, engine),
    )


def _closing(
    inbox: Inbox,
    dialogue: Dialogue,
    trackers: Trackers,
    limiter: Limiter,
    outside: OutsideParts,
    engine: Engine,
) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        await inbox.streams.close()
        await dialogue.close()
        trackers.close()
        await limiter.close()
        await outside.close()
        engine.dispose()

    return close


def _preparing(screened: ScreenedAnswering, suggesting: Suggesting) -> Callable[[], Awaitable[None]]:
    async def prepare() -> None:
        await asyncio.gather(screened.prepare(), suggesting.recommending.prepare())

    return prepare


def _parts(trackers: Trackers, engine: Engine, clock: Clock, notice_version: str) -> list[PersonalData]:
    # In the order of erasing. What reaches outside comes first: while it is away nothing is erased.
    return [
        trackers, InboxData(engine), RatingData(engine), RecommenderData(engine),
        *stored_parts(engine, clock, notice_version),
    ]  # fmt: skip


def _inbox(
    settings: Settings, metrics: PortalMetrics, engine: Engine, clock: Clock, listener: Listener
) -> Inbox:
    reads = InboxReads(engine, clock)
    streams = Streams(reads, listener, settings.inbox_streams, settings.inbox_streams_per_address)
    metrics.inbox_streams.set_function(lambda: streams.count)
    return Inbox(reads, Stops(engine, clock), streams)


def _screened(answering: Answers, engine: Engine, clock: Clock, words: Words) -> ScreenedAnswering:
    return ScreenedAnswering(answering, Polled(WordLists(engine).read), WordLog(engine, clock), words)


def _chat(
    settings: Settings,
    metrics: PortalMetrics,
    knowledge: Knowledge,
    memory: Memory,
    queue: TurnQueue,
    screened: ScreenedAnswering,
    switch: Switch,
) -> SwitchedChat:
    gate = MeasuredGate(metrics)
    ahead = LookingAhead(knowledge, lambda: gate.under_way, screened.refuses)
    answering = SwitchedAnswering(screened, switch)
    chat = Chat(answering, memory, queue, gate, ahead, settings.web_deadline_s)
    return SwitchedChat(chat, switch, memory.keeper)


def _about(settings: Settings) -> About:
    return About(city_name=settings.city_name, hotline=settings.hotline, deadline_s=settings.web_deadline_s)


def _memory(settings: Settings, engine: Engine, clock: Clock, metrics: PortalMetrics, also: Also) -> Memory:
    conversations = Conversations(engine, clock)
    replies = StoredReplies(engine, clock, timedelta(seconds=2 * settings.web_deadline_s))
    keeper = MeasuredKeeper(metrics, engine, clock, conversations, replies, also)
    return Memory(conversations, Choices(engine, clock), replies, keeper)
