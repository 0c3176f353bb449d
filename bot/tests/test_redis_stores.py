"""The tracker store: bounded in turns and time, and what the conversation is about survives."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from rasa.core.lock_store import LockError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from redis_stores import LIFETIME_S, BoundedTrackerStore, ConversationLocks, UrlLockStore

BOT = Path(__file__).resolve().parents[1]
TURNS = 3


class FakeRedis:
    """Remembers what was set."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.lifetimes: dict[str, int] = {}

    def set(self, key: str, value: str, ex: int) -> None:
        self.values[key] = value
        self.lifetimes[key] = ex

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def ping(self) -> None:
        """It is there."""


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> BoundedTrackerStore:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    made = BoundedTrackerStore(Domain.load(str(BOT / "domain.yml")), turns=TURNS)
    made.red = FakeRedis()
    return made


def turn(number: int) -> list[Event]:
    return [
        UserUttered(f"问题{number}", {"name": "ask"}),
        ActionExecuted("action_ask"),
        SlotSet("item", f"item:{number}"),
        ActionExecuted("action_listen"),
    ]


def turns(count: int) -> list[Event]:
    return [event for number in range(count) for event in turn(number)]


def saved(store: BoundedTrackerStore, events: list[Event]) -> DialogueStateTracker:
    tracker = DialogueStateTracker.from_events("c1", events, slots=store.domain.slots)
    asyncio.run(store.save(tracker))
    found = asyncio.run(store.retrieve("c1"))
    assert found is not None
    return found


def asked(tracker: DialogueStateTracker) -> list[str]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


def test_short_conversation_is_kept_whole(store: BoundedTrackerStore) -> None:
    found = saved(store, turns(2 * TURNS))
    assert len(asked(found)) == 2 * TURNS


def test_long_conversation_keeps_its_last_turns_and_its_slots(store: BoundedTrackerStore) -> None:
    events: list[Event] = [SlotSet("region", "990101")]
    events += turns(2 * TURNS + 1)
    found = saved(store, events)
    assert asked(found) == ["问题4", "问题5", "问题6"]
    assert found.get_slot("item") == "item:6"
    assert found.get_slot("region") == "990101"


def test_open_form_survives_the_cut(store: BoundedTrackerStore) -> None:
    found = saved(store, [ActiveLoop("told_facts_form"), *turns(2 * TURNS + 1)])
    assert len(asked(found)) == TURNS
    assert found.active_loop_name == "told_facts_form"


def test_conversation_that_goes_on_for_ever_stays_small(store: BoundedTrackerStore) -> None:
    events: list[Event] = []
    for number in range(50):
        events = list(saved(store, [*events, *turn(number)]).events)
    assert len(asked(saved(store, events))) <= 2 * TURNS


def test_conversation_is_forgotten_after_a_day(store: BoundedTrackerStore) -> None:
    saved(store, turn(1))
    assert set(store.red.lifetimes.values()) == {LIFETIME_S}


@pytest.fixture
def hanging_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Redis that accepts and never answers; in the end it hangs up, so that no test waits for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        monkeypatch.setenv("REDIS_URL", url)
        hang_up = threading.Timer(10, listening.shutdown, [socket.SHUT_RDWR])
        hang_up.start()
        yield url
        hang_up.cancel()


def test_tracker_store_gives_up_on_a_redis_that_hangs(store: BoundedTrackerStore, hanging_redis: str) -> None:
    fresh = BoundedTrackerStore(store.domain, timeout_s=0.2)
    tracker = DialogueStateTracker.from_events("c1", turn(1), slots=store.domain.slots)
    with pytest.raises(redis.exceptions.TimeoutError):
        asyncio.run(fresh.save(tracker))


def test_lock_store_gives_up_on_a_redis_that_hangs(hanging_redis: str) -> None:
    with pytest.raises(redis.exceptions.TimeoutError):
        UrlLockStore(timeout_s=0.2).get_lock("c1")


def test_one_worker_keeps_its_locks_itself_and_several_in_redis(hanging_redis: str) -> None:
    assert isinstance(ConversationLocks(workers=2).store, UrlLockStore)
    alone = ConversationLocks()
    alone.red = FakeRedis()

    async def counted() -> list[int]:
        order: list[int] = []

        async def take(number: int) -> None:
            async with alone.lock("c1", wait_time_in_seconds=0.01):
                order.append(number)
                await asyncio.sleep(0.02)
                order.append(number)

        await asyncio.gather(*(take(number) for number in range(3)))
        return order

    assert asyncio.run(counted()) == [0, 0, 1, 1, 2, 2]
    assert not alone.store.conversation_locks


@pytest.mark.parametrize(("workers", "error"), [(1, redis.exceptions.TimeoutError), (2, LockError)])
def test_no_turn_begins_while_redis_hangs(workers: int, error: type[Exception], hanging_redis: str) -> None:
    locks = ConversationLocks(workers=workers, timeout_s=0.2)
    with pytest.raises(error, match="Timeout reading"):
        locks.issue_ticket("c1")


def test_workers_are_counted_by_the_environment(monkeypatch: pytest.MonkeyPatch, hanging_redis: str) -> None:
    monkeypatch.setenv("SANIC_WORKERS", "2")
    assert isinstance(ConversationLocks().store, UrlLockStore)


def test_both_stores_wait_two_seconds_unless_told_otherwise(store: BoundedTrackerStore) -> None:
    for client in (BoundedTrackerStore(store.domain).red, UrlLockStore().red):
        assert client.connection_pool.connection_kwargs["socket_timeout"] == 2.0
