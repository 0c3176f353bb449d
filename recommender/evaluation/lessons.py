"""Trains as an installation does, on what a made-up city knew at an instant; nothing of it is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert

from core.catalogue.models import ServiceItem, Status
from core.catalogue.payloads import to_payload
from core.catalogue.tables import service_item
from core.clock import FixedClock
from core.database.engine import open_engine, reading, writing
from core.database.migrate import migrate
from recommender.evaluation.replay import Replay
from recommender.interactions.weights import InteractionWeights
from recommender.models import Interaction, ItemTraits
from recommender.ports import Ranker
from recommender.training import kept
from recommender.training.fitting import fit, read
from recommender.training.models import TooLittle
from recommender.training.recipe import Recipe
from recommender.training.training import Training
from recommender.training.window import Sources


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a training came to.

    Attributes:
        ranker: None where the training itself found that it is not good enough, or that there is too little.
        told: What became of it, for the result.
    """

    ranker: Ranker | None
    told: Mapping[str, Any]


class School:
    """A database with the city's items, for as long as it is open.

    Args:
        guides: The items' whole guides by number, where they are known: their texts tell which are alike.
    """

    def __init__(self, replay: Replay, guides: Mapping[int, ServiceItem]) -> None:
        self._replay = replay
        self._guides = guides
        self._folder = tempfile.TemporaryDirectory()
        self._engine = open_engine(f"sqlite:///{Path(self._folder.name) / 'city.db'}")
        migrate(self._engine)
        self._taught: set[int] = set()

    def close(self) -> None:
        """Forgets everything."""
        self._engine.dispose()
        self._folder.cleanup()

    def lesson(self) -> Lesson:
        """A training at the replay's minute, by the rules by which an installation takes a model or does not."""
        replay = self._replay
        self._publish(replay.all())
        now = replay.instant(replay.minute)
        sources = Sources(lambda _, since: _since(replay, since), lambda _: replay.told())
        recipe = Recipe(fit=fit, read=read, weights=InteractionWeights(), sources=sources)
        day = replay.today().isoformat()
        try:
            model = Training(self._engine, FixedClock(now), recipe).run(_Run(self._engine))
        except TooLittle as error:
            return Lesson(None, {"day": day, "taken": False, "reason": str(error)})
        with reading(self._engine) as connection:
            used = kept.in_use(connection)
            ranker = read(kept.artefact(connection, used.number)) if used else None
        card = {name: model.card.get(name) for name in ("sizes", "parameters", "metrics", "differences")}
        return Lesson(ranker, {"day": day, "taken": model.in_use, "reason": model.reason, **card})

    def _publish(self, items: Mapping[int, ItemTraits]) -> None:
        new = [item for number, item in sorted(items.items()) if number not in self._taught]
        with writing(self._engine) as connection:
            for item in new:
                guide = self._guides.get(item.id) or guide_of(item)
                connection.execute(insert(service_item).values(_row(item, guide)))
        self._taught |= {item.id for item in new}


def _since(replay: Replay, since: datetime) -> Iterator[tuple[str, Interaction]]:
    return ((who, one) for who, one in replay.trained_on() if one.occurred_at >= since)


def guide_of(item: ItemTraits) -> ServiceItem:
    """The guide of an item of which no more than its traits is known."""
    return ServiceItem(
        external_id=item.external_id,
        name=item.name,
        region=item.region,
        agency=item.agency,
        theme=item.theme,
        audience=list(item.audience),  # type: ignore[arg-type]
        life_events=list(item.life_events),
        sensitive=item.sensitive,
    )


def _row(item: ItemTraits, guide: ServiceItem) -> dict[str, Any]:
    assert item.since is not None  # noqa: S101 - the replay says of each since when it is there
    return {
        "id": item.id,
        "external_id": item.external_id,
        "content_hash": "",
        "version": 1,
        "revision": 0,
        "status": Status.PUBLISHED.value,
        "title": item.name,
        "names": item.name,
        "agency": item.agency,
        "theme": item.theme,
        "region": item.region,
        "payload": to_payload(guide),
        "created_at": item.since,
        "updated_at": item.since,
    }


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
