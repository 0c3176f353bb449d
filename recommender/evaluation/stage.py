"""A made-up city played from its beginning into a database of its own, and what serves on top of it."""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, delete, insert

from core.catalogue.models import ServiceItem, Status
from core.catalogue.payloads import to_payload
from core.catalogue.revision import next_revision
from core.catalogue.tables import service_item
from core.citizens.tables import citizen, consent
from core.clock import FixedClock
from core.database.engine import open_engine, writing
from core.database.migrate import migrate
from core.database.rows import insert_missing
from recommender.evaluation.guides import guide_of
from recommender.interactions.popularity import PopularItems
from recommender.interactions.tables import interaction
from recommender.interactions.weights import InteractionWeights
from recommender.models import CitizenState, ItemTraits
from recommender.profile.store import ProfileStore
from recommender.profile.tables import dismissal, profile_fact
from recommender.serving.items import PublishedItems
from recommender.simulation.city import City
from recommender.simulation.rows import Row, Rows
from recommender.training.fitting import fit, read
from recommender.training.models import TooLittle
from recommender.training.pointer import ModelInUse
from recommender.training.recipe import Recipe
from recommender.training.sources import SOURCES
from recommender.training.training import Training

# A model serves longer than it waits for the next training here.
_MODEL_DAYS: Final = 90
_DAY_S: Final = 86_400.0
# One thing that happens: its minute, and what is written then.
_Happening = tuple[int, Callable[[Connection], None]]


class Stage:
    """The city as an installation has it at a minute; to be moved forward only.

    Attributes:
        city: What is played.
        minute: What happened before it has been played.
        clock: The time there.
        items, popularity, models: As they serve citizens.

    Args:
        guides: Whole guides of the items by number, where they are known.
    """

    def __init__(self, city: City, guides: Mapping[int, ServiceItem]) -> None:
        self.city = city
        self.minute = 0
        sensitive = frozenset(item.id for item in city.items if item.sensitive)
        self._rows = Rows(city, sensitive, notice="made-up")
        self._guides = guides
        self._folder = tempfile.TemporaryDirectory()
        self._engine = open_engine(f"sqlite:///{Path(self._folder.name) / 'city.db'}")
        migrate(self._engine)
        self.clock = FixedClock(self._rows.at(0))
        self.items = PublishedItems(self._engine, 0.0, self._seconds)
        self.popularity = PopularItems(self._engine, _DAY_S, self._seconds)
        self._weights = InteractionWeights()
        self.models = ModelInUse(
            self._engine, self.clock, read, days=_MODEL_DAYS, every_s=0.0, timer=self._seconds
        )
        self._profiles = ProfileStore(self._engine, self.clock)
        self._plot = sorted(self._happenings(), key=itemgetter(0))
        self._minutes = [minute for minute, _ in self._plot]
        self._played = 0

    def close(self) -> None:
        """Forgets everything."""
        self._engine.dispose()
        self._folder.cleanup()

    def move_to(self, minute: int) -> None:
        """Plays all that happens before a minute."""
        end = bisect_left(self._minutes, minute, lo=self._played)
        if end > self._played:
            with writing(self._engine) as connection:
                for _, happen in self._plot[self._played : end]:
                    happen(connection)
        self._played, self.minute = end, minute
        self.clock.move_to(self._rows.at(minute))

    def state(self, number: int) -> CitizenState:
        """What may be used of a citizen, who chose their district."""
        one = self.city.citizens[number]
        return self._profiles.state(one.id, one.district)

    def train(self) -> dict[str, Any]:
        """A training by the rules of an installation; what came of it, in use or not."""
        recipe = Recipe(fit=fit, read=read, weights=self._weights, sources=SOURCES, model_days=_MODEL_DAYS)
        day = self.clock.today().isoformat()
        try:
            model = Training(self._engine, self.clock, recipe).run(_Run(self._engine))
        except TooLittle as error:
            return {"day": day, "taken": False, "reason": str(error)}
        card = {name: model.card.get(name) for name in ("sizes", "parameters", "metrics", "differences")}
        return {"day": day, "taken": model.in_use, "reason": model.reason, **card}

    def _seconds(self) -> float:
        return self.minute * 60.0

    def _happenings(self) -> Iterator[_Happening]:
        rows, city = self._rows, self.city
        for item, minute in zip(city.items, city.published.tolist(), strict=True):
            # What is there from the beginning is there before anybody comes.
            yield minute - 1, _published(self._row(item, minute))
        for number, one in enumerate(city.citizens):
            if one.personalize:
                yield one.joined - 1, _written(citizen, [rows.person(number, one.joined)])
                yield one.joined - 1, _written(consent, rows.consents(number))
                for told in one.told:
                    yield told.minute, _told(rows.fact(number, told))
        for place, step in enumerate(city.steps):
            if rows.is_linked(step):
                dismissed = rows.dismissal(step)
                yield step.minute, _written(interaction, [rows.interaction(step, place)])
                if dismissed:
                    yield step.minute, _dismissed(dismissed)

    def _row(self, item: ItemTraits, minute: int) -> Row:
        at = self._rows.at(minute)
        return {
            "id": item.id, "external_id": item.external_id, "content_hash": "", "version": 1, "revision": 0,
            "status": Status.PUBLISHED.value, "title": item.name, "names": item.name, "agency": item.agency,
            "theme": item.theme, "region": item.region, "created_at": at, "updated_at": at,
            "payload": to_payload(self._guides.get(item.id) or guide_of(item)),
        }  # fmt: skip


def _written(table: Table, rows: list[Row]) -> Callable[[Connection], None]:
    return lambda connection: _write(connection, table, rows)


def _write(connection: Connection, table: Table, rows: list[Row]) -> None:
    connection.execute(insert(table), rows)


def _published(row: Row) -> Callable[[Connection], None]:
    def happen(connection: Connection) -> None:
        _write(connection, service_item, [{**row, "revision": next_revision(connection)}])

    return happen


def _told(row: Row) -> Callable[[Connection], None]:
    def happen(connection: Connection) -> None:
        same = (profile_fact.c.citizen == row["citizen"], profile_fact.c.name == row["name"])
        connection.execute(delete(profile_fact).where(*same))
        _write(connection, profile_fact, [row])

    return happen


def _dismissed(row: Row) -> Callable[[Connection], None]:
    def happen(connection: Connection) -> None:
        insert_missing(connection, dismissal, **row)

    return happen


class _Run:
    """The job that training is elsewhere."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def check(self) -> None:
        """Nobody ends it."""

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Nobody looks."""

    def step(self, done: int, total: int, note: str = "") -> AbstractContextManager[Connection]:
        """A transaction."""
        return writing(self._engine)
