"""The model in use as a process sees it: a change is seen, nothing broken serves, nothing is ever raised."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, update

from core.catalogue.models import ServiceItem, Status
from core.catalogue.tables import catalogue_state, service_item
from core.catalogue.writes import CatalogueWrites
from core.database.engine import open_engine, reading, writing
from core.errors import NotFound
from recommender.ports import Ranker
from recommender.training import kept
from recommender.training.pointer import LOOKED_EVERY_S, ModelInUse
from recommender.training.ports import Loader
from recommender.training.tables import recommender_in_use, recommender_model, recommender_model_chunk
from tests.recommender.training.town import NOW, Town, read_quick

DAYS = 30
CHUNK, MODEL = recommender_model_chunk, recommender_model


class Process:
    """One that serves; time passes between its looks."""

    def __init__(self, town: Town, load: Loader = read_quick, days: int = 30) -> None:
        self.now = 0.0
        self.loaded = 0
        self._load = load
        self.models = ModelInUse(
            town.engine, town.clock, self._count, days=days, timer=lambda: self.now
        )  # fmt: skip

    def _count(self, artefact: bytes) -> Ranker:
        self.loaded += 1
        return self._load(artefact)

    def version(self) -> str | None:
        """What serves at the next look."""
        self.now += LOOKED_EVERY_S
        found = self.models.current()
        return found.version if found else None


@pytest.fixture
def trained(town: Town) -> Town:
    town.live()
    town.train()
    return town


def execute(engine: Engine, statement: object) -> None:
    with writing(engine) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def test_without_a_model_there_is_none(town: Town) -> None:
    assert Process(town).version() is None


def test_what_is_put_into_use_is_seen_and_loaded_once(trained: Town) -> None:
    process = Process(trained)
    assert [process.version() for _ in range(3)] == ["m1", "m1", "m1"]
    trained.train()
    assert process.models.current().version == "m1"  # type: ignore[union-attr]
    assert [process.version() for _ in range(3)] == ["m2", "m2", "m2"]
    assert process.loaded == 2


def test_one_goes_back_to_the_model_before_and_further(trained: Town) -> None:
    process = Process(trained)
    trained.train()
    trained.train()
    for wanted in ("m2", "m1"):
        with writing(trained.engine) as connection:
            kept.roll_back(connection, trained.clock.now(), DAYS)
        assert process.version() == wanted
    with pytest.raises(NotFound), writing(trained.engine) as connection:
        kept.roll_back(connection, trained.clock.now(), DAYS)
    assert process.version() == "m1"


def test_what_was_rolled_away_from_is_not_gone_back_to(trained: Town) -> None:
    trained.train()
    assert rolled_back(trained) == "m1"
    assert trained.train().version == "m3"
    assert rolled_back(trained) == "m1"
    with reading(trained.engine) as connection:
        left = [kept.one(connection, number) for number in (2, 3)]
    assert [(one.state, one.in_use, "回滚" in one.reason) for one in left] == [("rejected", False, True)] * 2


@pytest.mark.parametrize("harm", ["gone", "truncated", "old"])
def test_what_would_not_serve_is_not_gone_back_to(trained: Town, harm: str) -> None:
    trained.train()
    trained.train()
    of_second = CHUNK.c.model == 2
    statements = {
        "gone": delete(CHUNK).where(of_second),
        "truncated": update(CHUNK).where(of_second).values(content=b"{"),
        "old": update(MODEL).where(MODEL.c.number == 2).values(created=NOW - timedelta(days=31)),
    }
    execute(trained.engine, statements[harm])
    assert rolled_back(trained) == "m1"


def test_where_nothing_would_serve_the_one_in_use_goes_on(trained: Town) -> None:
    trained.wait(31)
    trained.live()
    trained.train()
    before = trained.in_use()
    with pytest.raises(NotFound):
        rolled_back(trained)
    assert trained.in_use() == before


def test_two_who_go_back_at_once_go_back_twice(trained: Town) -> None:
    trained.train()
    trained.train()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: rolled_back(trained), range(2)))
    assert sorted(found) == ["m1", "m2"]


def rolled_back(town: Town) -> str:
    with writing(town.engine) as connection:
        return kept.roll_back(connection, town.clock.now(), DAYS).version


def test_without_a_row_of_what_serves_the_latest_is_gone_back_to(trained: Town) -> None:
    execute(trained.engine, delete(recommender_in_use))
    assert Process(trained).version() is None
    with writing(trained.engine) as connection:
        assert kept.roll_back(connection, trained.clock.now(), DAYS).version == "m1"


@pytest.mark.parametrize(
    "harm",
    [
        delete(CHUNK).where(CHUNK.c.model == 2),
        update(CHUNK).where(CHUNK.c.model == 2).values(content=b"{"),
        update(CHUNK).where(CHUNK.c.model == 2).values(model=3 - CHUNK.c.model, number=1),
    ],
    ids=["gone", "truncated", "elsewhere"],
)
def test_a_harmed_artefact_is_told_once_and_the_one_before_serves_on(
    trained: Town, harm: object, caplog: pytest.LogCaptureFixture
) -> None:
    process = Process(trained)
    assert process.version() == "m1"
    trained.train()
    execute(trained.engine, harm)
    with caplog.at_level(logging.WARNING):
        assert [process.version() for _ in range(3)] == ["m1", "m1", "m1"]
        assert Process(trained).version() is None
    told = [one for one in caplog.records if "cannot be used" in one.message]
    assert len(told) == 2
    trained.train()
    assert process.version() == "m3"


def test_what_cannot_be_read_at_all_serves_nobody(trained: Town) -> None:
    def fail(artefact: bytes) -> Ranker:
        raise MemoryError

    process = Process(trained, fail)
    assert [process.version() for _ in range(3)] == [None, None, None]
    assert process.loaded == 1


def test_what_a_passing_error_kept_from_being_read_is_read_at_the_next_look(trained: Town) -> None:
    errors = [OSError("no room"), OSError("no room")]

    def fail(artefact: bytes) -> Ranker:
        if errors:
            raise errors.pop()
        return read_quick(artefact)

    process = Process(trained, fail)
    assert [process.version() for _ in range(3)] == [None, None, "m1"]


def test_one_that_is_withdrawn_serves_nobody_within_one_look(trained: Town) -> None:
    process = Process(trained)
    assert process.version() == "m1"
    with writing(trained.engine) as connection:
        kept.withdraw(connection, 1, "不如热门事项")
    assert process.version() is None


def new_epoch(town: Town) -> None:
    execute(town.engine, update(catalogue_state).values(epoch=str(uuid.uuid4())))


def test_in_a_restored_catalogue_it_serves_as_the_items_are_the_same(trained: Town) -> None:
    process = Process(trained)
    assert process.version() == "m1"
    new_epoch(trained)
    assert process.version() == "m1"
    assert Process(trained).version() == "m1"


def other_names(town: Town) -> None:
    named = "other-" + service_item.c.external_id
    execute(town.engine, update(service_item).values(external_id=named))


def fewer(town: Town) -> None:
    writes = CatalogueWrites(town.engine)
    for name in list(town.items)[: len(town.items) // 2 + 1]:
        writes.delete("item", name)


@pytest.mark.parametrize("change", [other_names, fewer])
def test_of_another_catalogue_it_does_not_serve(trained: Town, change: Callable[[Town], None]) -> None:
    process = Process(trained)
    assert process.version() == "m1"
    change(trained)
    new_epoch(trained)
    assert [process.version() for _ in range(2)] == [None, None]
    assert Process(trained).version() is None


def test_what_was_published_since_or_withdrawn_makes_no_other_catalogue(trained: Town) -> None:
    writes = CatalogueWrites(trained.engine)
    writes.put(ServiceItem(external_id="new", name="新事项"), [], Status.PUBLISHED)
    writes.delete("item", "item-3")
    new_epoch(trained)
    assert Process(trained).version() == "m1"


def test_an_old_model_serves_nobody(trained: Town) -> None:
    process = Process(trained, days=30)
    trained.wait(29)
    assert process.version() == "m1"
    trained.wait(2)
    assert process.version() is None


def test_without_the_database_what_is_known_serves_on(trained: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(trained)
    assert process.version() == "m1"
    away = open_engine("postgresql://nobody@/none?host=/nowhere")
    monkeypatch.setattr(process.models, "_engine", away)
    assert [process.version() for _ in range(2)] == ["m1", "m1"]
    unheard = Process(trained)
    monkeypatch.setattr(unheard.models, "_engine", away)
    assert unheard.version() is None


def test_a_look_that_takes_long_keeps_nobody_waiting(trained: Town) -> None:
    process = Process(trained)
    assert process.version() == "m1"
    process.now += LOOKED_EVERY_S
    with process.models._lock, reading(trained.engine):
        found = process.models.current()
    assert found is not None
