"""A small town whose citizens do what belongs together, in plain rows; and a trainer that takes no time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, insert, select

from core.catalogue.models import ServiceItem, Status
from core.catalogue.rules import Scalar
from core.catalogue.tables import service_item
from core.catalogue.writes import CatalogueWrites
from core.citizens.consents import Purpose
from core.citizens.tables import citizen, consent
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.models import Cancelled
from recommender.interactions.tables import interaction
from recommender.models import Interaction, InteractionType, Origin
from recommender.profile.tables import profile_fact
from recommender.training import kept
from recommender.training.learned import Learned
from recommender.training.models import StoredModel
from recommender.training.recipe import Recipe
from recommender.training.training import Training
from recommender.training.window import Sources

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GROUPS, PER_GROUP = 4, 8


@dataclass(frozen=True)
class Deed:
    """As `recommender.training.ports.Done`."""

    citizen: str
    item_id: int
    type: InteractionType
    occurred_at: datetime
    value: float | None = None
    origin: Origin = Origin.SERVER


@dataclass
class Told:
    """What the sources give; a test changes it."""

    deeds: list[Deed] = field(default_factory=list)
    facts: list[tuple[str, str, Scalar, datetime]] = field(default_factory=list)

    def tell(self, *told: tuple[str, str, Scalar], at: datetime) -> None:
        self.facts += [(*one, at) for one in told]

    def interactions(self, connection: Connection, since: datetime) -> Iterator[Deed]:
        yield from (one for one in list(self.deeds) if one.occurred_at >= since)

    def of_citizens(self, connection: Connection) -> Iterator[tuple[str, str, Scalar, datetime]]:
        yield from list(self.facts)

    def forget(self, citizen: str) -> None:
        self.deeds = [one for one in self.deeds if one.citizen != citizen]
        self.facts = [one for one in self.facts if one[0] != citizen]


class AskedWeighsMost:
    """`recommender.ports.Weights`: a third of a year halves it."""

    def of(self, interaction: Interaction, now_s: float) -> float:
        if interaction.type is InteractionType.DISMISS:
            return 0.0
        weights = {InteractionType.ASK: 3.0, InteractionType.RATE: (interaction.value or 3) - 3}
        age = max(0.0, now_s - interaction.occurred_at.timestamp()) / 86_400
        return weights.get(interaction.type, 1.0) * float(0.5 ** (age / 120))


class Quick:
    """`Fitted` without learning much: what was done together, in JSON."""

    def __init__(self, version: str, ids: Sequence[int], together: Sequence[Sequence[float]]) -> None:
        self.version = version
        self.item_ids: NDArray[np.int64] = np.array(ids, np.int64)
        self._together = np.array(together, np.float32).reshape(len(ids), len(ids))

    def scores(
        self, history: Sequence[tuple[int, float]], facts: Mapping[str, Scalar]
    ) -> NDArray[np.float32]:
        places = {int(number): place for place, number in enumerate(self.item_ids)}
        known = [places[item] for item, _ in history if item in places]
        rows = self._together[known] if known else self._together
        summed: NDArray[np.float32] = rows.sum(axis=0)
        return summed

    def scores_of_many(
        self,
        histories: Sequence[Sequence[tuple[int, float]]],
        facts: Sequence[Mapping[str, Scalar]],
    ) -> NDArray[np.float32]:
        return np.stack([self.scores(*one) for one in zip(histories, facts, strict=True)])

    def owed_to(
        self, history: Sequence[tuple[int, float]], items: Sequence[int]
    ) -> list[list[tuple[int, float]]]:
        return [[] for _ in items]

    def similar(self, item: int, k: int) -> list[tuple[int, float]]:
        return []

    def artefact(self) -> bytes:
        told = {"version": self.version, "ids": self.item_ids.tolist(), "together": self._together.tolist()}
        return json.dumps(told).encode()


def read_quick(artefact: bytes) -> Quick:
    told = json.loads(artefact)
    return Quick(told["version"], told["ids"], told["together"])


@dataclass
class QuickFit:
    """`Fit`; `spoil` makes something else of what was learned."""

    spoil: Callable[[NDArray[np.float64]], NDArray[np.float64]] = lambda together: together
    fitted: list[tuple[str, Learned, Mapping[str, float]]] = field(default_factory=list)
    before: Callable[[str], None] = lambda version: None

    def __call__(
        self, learned: Learned, parameters: Mapping[str, float], version: str, check: Callable[[], None]
    ) -> Quick:
        check()
        self.before(version)
        self.fitted.append((version, learned, dict(parameters)))
        n = len(learned.catalogue.ids)
        cells = np.zeros((learned.citizens, n))
        np.add.at(cells, (learned.users, learned.items), learned.weights)
        return Quick(version, learned.catalogue.ids.tolist(), self.spoil(cells.T @ cells).tolist())


class FreeRun:
    """`recommender.training.ports.Run` without a job."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.cancelled = False
        self.notes: list[str] = []

    def check(self) -> None:
        if self.cancelled:
            raise Cancelled("test")

    def progress(self, done: int, total: int, note: str = "") -> None:
        with self.step(done, total, note):
            pass

    @contextmanager
    def step(self, done: int, total: int, note: str = "") -> Iterator[Connection]:
        self.check()
        assert 0 <= done <= total
        self.notes.append(note)
        with writing(self.engine) as connection:
            yield connection


class Town:
    """Thirty-two items in four themes; whoever did something of one theme does more of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = FixedClock(NOW)
        self.told = Told()
        self.fit = QuickFit()
        writes = CatalogueWrites(engine, self.clock)
        names = [(f"item-{number}", f"主题{number // PER_GROUP}") for number in range(GROUPS * PER_GROUP)]
        items = [ServiceItem(external_id=name, name=f"{theme}的{name}", theme=theme) for name, theme in names]
        writes.put_many([(one, [], Status.PUBLISHED) for one in items])
        with reading(engine) as connection:
            rows = connection.execute(select(service_item.c.id, service_item.c.external_id))
            self.items = {row.external_id: row.id for row in rows}

    def live(
        self, citizens: int = 150, deeds: int = 4, days: int = 60, *, since: datetime | None = None
    ) -> None:
        """So many citizens do so much, until now; each of one theme, of which the first are more popular."""
        chance, until = random.Random(len(self.told.deeds)), self.clock.now()
        begin = since or until - timedelta(days=days)
        for who in range(citizens):
            group = min(chance.randrange(GROUPS), chance.randrange(GROUPS))
            for number in chance.sample(range(PER_GROUP), k=deeds):
                at = begin + (until - begin) * chance.random()
                item = self.items[f"item-{group * PER_GROUP + number}"]
                self.told.deeds.append(Deed(f"c{who}", item, InteractionType.ASK, at))

    def recipe(self, **changed: Any) -> Recipe:
        made: dict[str, Any] = {
            "fit": self.fit, "read": read_quick, "weights": AskedWeighsMost(), "grid": ({}, {"seed": 2}),
            "sources": Sources(self.told.interactions, self.told.of_citizens),
        }  # fmt: skip
        return Recipe(**{**made, **changed})

    def train(self, run: FreeRun | None = None, *, tune: bool = False, **changed: Any) -> StoredModel:
        training = Training(self.engine, self.clock, self.recipe(**changed))
        return training.run(run or FreeRun(self.engine), tune=tune)

    def in_use(self) -> StoredModel | None:
        with reading(self.engine) as connection:
            return kept.in_use(connection)

    def wait(self, days: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(days=days))


def filled(town: Town) -> None:
    """Writes what the town's citizens did and told into SQL, with their consent."""
    who = sorted({one.citizen for one in town.told.deeds})
    given = {"notice_version": "1", "channel": "web", "given_at": NOW - timedelta(days=300)}
    purposes = (Purpose.PERSONALIZE.value, Purpose.PROFILE_FACTS.value)
    consents = [{"citizen": name, "purpose": purpose, **given} for name in who for purpose in purposes]
    with writing(town.engine) as connection:
        connection.execute(insert(citizen), [{"id": name, "created": NOW} for name in who])
        connection.execute(insert(consent), consents)
        rows = [_row(number, one) for number, one in enumerate(town.told.deeds)]
        connection.execute(insert(interaction), rows)
        for name, fact, value, told_at in town.told.facts:
            row = {"citizen": name, "name": fact, "value": value, "told_at": told_at}
            connection.execute(insert(profile_fact).values(**row))


def _row(number: int, one: Deed) -> dict[str, Any]:
    return {
        "citizen": one.citizen, "event_id": f"e{number}", "item_id": one.item_id, "type": one.type.value,
        "origin": one.origin.value, "value": one.value, "district": None, "day": one.occurred_at.date(),
        "counts": True, "source": None, "occurred_at": one.occurred_at, "received_at": one.occurred_at,
    }  # fmt: skip
