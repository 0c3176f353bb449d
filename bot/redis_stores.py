"""Rasa's tracker and lock stores: bounded in size and time, both at the Redis that REDIS_URL names."""

from __future__ import annotations

import os
from typing import Any

import redis
from rasa.core.brokers.broker import EventBroker
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockStore, RedisLockStore
from rasa.core.tracker_store import RedisTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

SOCKET_TIMEOUT_S = 2.0
# An action looks back at the last three questions; what is kept is read, sent and written at each turn.
KEPT_TURNS = 4
LIFETIME_S = 24 * 3600


def connect(url: str, timeout_s: float = SOCKET_TIMEOUT_S, *, decode: bool) -> redis.Redis:
    """A client whose every wait ends; no connection is made before the first command."""
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        health_check_interval=30,
        decode_responses=decode,
    )


class BoundedTrackerStore(RedisTrackerStore):
    """Keeps the last turns, every slot and the open form of a conversation, for a day.

    Rasa reads and writes the whole tracker at each turn, so an unbounded one makes long conversations slow.
    The full transcript is the portal's.

    Args:
        turns: After more than twice as many user turns only the last `turns` are kept.
        lifetime_s: A conversation is forgotten so long after its last turn.
        timeout_s: How long Redis is waited for.
    """

    def __init__(
        self,
        domain: Domain,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        turns: int = KEPT_TURNS,
        lifetime_s: int = LIFETIME_S,
        timeout_s: float = SOCKET_TIMEOUT_S,
        **kwargs: Any,
    ) -> None:
        # `host` is what Rasa passes to every store of another's making; ours knows its URL.
        super().__init__(domain, event_broker=event_broker, **kwargs)
        self.red = connect(os.environ["REDIS_URL"], timeout_s, decode=True)
        self.turns = turns
        self.lifetime_s = lifetime_s

    async def save(self, tracker: DialogueStateTracker, timeout: float | None = None) -> None:
        """Write what is kept of the conversation, in place of what was stored."""
        await self.stream_events(tracker)
        kept = self._bounded(tracker)
        key = self._get_key_prefix() + tracker.sender_id
        self.red.set(key, self.serialise_tracker(kept), ex=int(timeout or self.lifetime_s))

    def _bounded(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        events = list(tracker.events)
        asked = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
        if len(asked) <= 2 * self.turns:
            return tracker
        cut = asked[-self.turns]
        before = self._replayed(tracker.sender_id, events[:cut])
        return self._replayed(tracker.sender_id, [*_opening(before), *events[cut:]])

    def _replayed(self, sender_id: str, events: list[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(sender_id, events, slots=self.domain.slots)


def _opening(state: DialogueStateTracker) -> list[Event]:
    """Events that bring a new conversation to the state in which the cut-off ones had left it."""
    changed = [
        SlotSet(name, slot.value) for name, slot in state.slots.items() if slot.value != slot.initial_value
    ]
    loop = [ActiveLoop(state.active_loop_name)] if state.active_loop_name else []
    return [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        *changed,
        *loop,
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


class ConversationLocks(LockStore):
    """Rasa's lock of each conversation: in Redis for several workers, else in the memory of the only one.

    There it takes no time, and goes with the process: after a crash no conversation waits until it runs out.

    Args:
        workers: Processes of Rasa; as told by SANIC_WORKERS where it is not given.
        timeout_s: How long Redis is waited for.
    """

    def __init__(
        self,
        endpoint_config: Any = None,
        workers: int | None = None,
        timeout_s: float = SOCKET_TIMEOUT_S,
    ) -> None:
        super().__init__()
        self.several = (workers or int(os.environ.get("SANIC_WORKERS", "1"))) > 1
        self.store = UrlLockStore(timeout_s=timeout_s) if self.several else InMemoryLockStore()
        self.red = connect(os.environ["REDIS_URL"], timeout_s, decode=False)

    def issue_ticket(self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME) -> int:
        """Begins a turn, unless Redis is away: Rasa would go on, as if nothing had been said before.

        Raises:
            redis.RedisError, LockError: It does not answer.
        """
        if not self.several:
            # Where the locks are in Redis, taking one asks it anyway.
            self.red.ping()
        number: int = super().issue_ticket(conversation_id, lock_lifetime)
        return number

    def get_lock(self, conversation_id: str) -> TicketLock | None:
        """The conversation's lock, if it has one."""
        return self.store.get_lock(conversation_id)

    def save_lock(self, lock: TicketLock) -> None:
        """Keeps a lock."""
        self.store.save_lock(lock)

    def delete_lock(self, conversation_id: str) -> None:
        """Drops the conversation's lock."""
        self.store.delete_lock(conversation_id)


class UrlLockStore(RedisLockStore):
    """Rasa's lock of a conversation, at any Redis URL: with TLS, a password, or a socket file."""

    def __init__(self, endpoint_config: Any = None, timeout_s: float = SOCKET_TIMEOUT_S) -> None:
        super().__init__(socket_timeout=timeout_s)
        self.red = connect(os.environ["REDIS_URL"], timeout_s, decode=False)
