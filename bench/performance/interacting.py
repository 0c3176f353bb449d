"""Interactions acknowledged and durable: how many a second, one by one and by the list; and a flood."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Engine, insert

from core.catalogue.models import ServiceItem
from core.catalogue.payloads import to_payload
from core.catalogue.tables import service_item
from core.citizens.consents import Consents, Purpose
from core.clock import SystemClock
from core.database.engine import open_engine, reading, writing
from core.database.migrate import migrate
from recommender.interactions.popularity import PopularItems
from recommender.interactions.store import MOST_AT_ONCE, InteractionStore
from recommender.interactions.trusted import trusted_interactions
from recommender.models import Interaction, InteractionType, Origin
from recommender.profile.store import ProfileStore

ITEMS: Final = 300
# So many that none of them comes to where nothing more is kept of a day.
CITIZENS: Final = 2000
ADDRESSES: Final = 200
FORGED: Final = 100_000
FORGING_ADDRESSES: Final = 50
FORGED_COOKIES: Final = 500
_SECONDS: Final = 10.0
_THREADS: Final = 8


def interacting(database: str | None = None, *, flooded: bool = True) -> dict[str, Any]:
    """Interactions a second, milliseconds of a state, and whether a flood moved anything.

    Args:
        database: URL of an empty database; None makes one of SQLite.
        flooded: With the flood, which takes minutes.
    """
    with _opened(database) as engine:
        store = _filled(engine)
        rates = {
            "one_by_one": _rate(store, 1, 1),
            "one_by_one_threads": _rate(store, 1, _THREADS),
            "by_the_list": _rate(store, MOST_AT_ONCE, 1),
        }
        state_ms = _state_ms(engine)
        return {
            "dialect": engine.dialect.name, "accepted_per_s": rates, "threads": _THREADS,
            "state_p50_ms": state_ms, "flood": _flood(engine, store) if flooded else None,
        }  # fmt: skip


@contextmanager
def _opened(database: str | None) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(database or f"sqlite:///{folder}/bench.db")
        migrate(engine)
        yield engine
        engine.dispose()


def _filled(engine: Engine) -> InteractionStore:
    clock = SystemClock()
    store = InteractionStore(engine, clock, "bench" * 4)
    now = clock.now()
    rows = []
    for number in range(1, ITEMS + 1):
        one = ServiceItem(external_id=f"i{number}", name=f"事项{number}", theme=f"主题{number % 20}")
        rows.append(
            {
                "id": number, "external_id": one.external_id, "content_hash": "h", "version": 1,
                "revision": number, "status": "published", "title": one.name, "names": "",
                "theme": one.theme, "region": one.region, "payload": to_payload(one), "created_at": now,
                "updated_at": now,
            }
        )  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(service_item), rows)
    _agree(engine, "c", CITIZENS)
    for number in range(CITIZENS):
        with writing(engine) as connection:
            item, address = 1 + number % 23, f"198.51.{number % ADDRESSES}.1"
            store.asked(connection, f"c{number}", f"a{number}", item, address, personal=True)
    return store


def _agree(engine: Engine, prefix: str, count: int) -> None:
    consents = Consents(engine, SystemClock(), "1")
    with writing(engine) as connection:
        for number in range(count):
            consents.put_within(connection, f"{prefix}{number}", {Purpose.PERSONALIZE: True}, "1")


def _rate(store: InteractionStore, at_once: int, threads: int) -> float:
    """Interactions a second, each batch acknowledged before its thread sends the next."""

    def send(thread: int) -> int:
        sent, until = 0, time.monotonic() + _SECONDS
        while time.monotonic() < until:
            who = (sent // at_once * threads + thread) % CITIZENS
            events = [_event(f"{thread}.{at_once}.{threads}.{sent + one}", 1 + one) for one in range(at_once)]
            store.add(f"c{who}", events, address=f"198.51.{who % ADDRESSES}.1")
            sent += at_once
        return sent

    began = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        sent = sum(pool.map(send, range(threads)))
    return round(sent / (time.monotonic() - began), 1)


def _event(number: str, item: int) -> Interaction:
    return Interaction(number, item, InteractionType.CLICK, Origin.CLIENT, SystemClock().now())


def _state_ms(engine: Engine) -> float:
    profiles = ProfileStore(engine, SystemClock())
    taken = []
    for number in range(500):
        began = time.perf_counter()
        profiles.state(f"c{number % CITIZENS}")
        taken.append(time.perf_counter() - began)
    return round(sorted(taken)[len(taken) // 2] * 1000, 2)


def _flood(engine: Engine, store: InteractionStore) -> dict[str, Any]:
    """As many forged clicks on one item, from new cookies behind few addresses."""
    _agree(engine, "forged", FORGED_COOKIES)
    before = _learned_from(engine)
    began = time.monotonic()
    for number in range(FORGED // MOST_AT_ONCE):
        who = number % FORGED_COOKIES
        events = [_event(f"f{number}.{one}", ITEMS) for one in range(MOST_AT_ONCE)]
        store.add(f"forged{who}", events, address=f"203.0.{who % FORGING_ADDRESSES}.113")
    return {
        "interactions": FORGED, "addresses": FORGING_ADDRESSES, "cookies": FORGED_COOKIES,
        "seconds": round(time.monotonic() - began, 1), "unmoved": _learned_from(engine) == before,
    }  # fmt: skip


def _learned_from(engine: Engine) -> tuple[Any, Any]:
    clock = SystemClock()
    popular = PopularItems(engine).counts(None, clock.today())
    with reading(engine) as connection:
        return popular, list(trusted_interactions(connection, clock.now() - timedelta(days=365)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="URL of an empty database; SQLite in a temporary folder if none")
    parser.add_argument("--without-flood", action="store_true")
    given = parser.parse_args()
    print(json.dumps(interacting(given.database, flooded=not given.without_flood), indent=2))
