"""Every row of every table goes into a backup and comes out of it, whichever databases are at the ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, inspect, select, text

from core.backup import snapshot
from core.backup.replacing import replace_all
from core.catalogue.models import Document, Status
from core.catalogue.tables import vector_cache
from core.catalogue.writes import CatalogueWrites
from core.citizens.tables import conversation, message
from core.clock import FixedClock
from core.database.engine import reading, writing
from tests.tables import metadata

ONE_ROW = {"catalogue_state"}
Fill = Callable[[Engine], None]
RowsOf = Callable[[Engine], dict[str, list[dict[str, Any]]]]
Converse = Callable[[Engine, str], None]


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def nothing(_: object) -> None:
    """A check that finds nothing."""


def copied(engine: Engine, scratch: Path, *, vectors: bool = True) -> Path:
    path = scratch / "copy.sqlite"
    snapshot.take(engine, path, vectors=vectors, on_progress=silent)
    return path


def test_these_tests_know_every_table(engine: Engine) -> None:
    assert set(metadata.tables) == set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_every_row_of_every_table_comes_back(
    engine: Engine, elsewhere: Engine, scratch: Path, fill: Fill, rows_of: RowsOf
) -> None:
    fill(engine)
    before = rows_of(engine)
    assert {name for name, rows in before.items() if len(rows) == 2} == set(metadata.tables) - ONE_ROW
    replace_all(elsewhere, copied(engine, scratch), nothing, silent)
    assert rows_of(elsewhere) == before


def test_what_was_there_before_is_gone(
    engine: Engine, elsewhere: Engine, scratch: Path, fill: Fill, rows_of: RowsOf, converse: Converse
) -> None:
    fill(elsewhere)
    converse(engine, "甲")
    replace_all(elsewhere, copied(engine, scratch), nothing, silent)
    after = rows_of(elsewhere)
    assert [row["id"] for row in after["conversation"]] == ["甲"]
    emptied = {"consent", "feedback", "service_item", "tombstone", "term", "choice_token"}
    assert [name for name in emptied if after[name]] == []


def test_no_number_is_given_out_twice(
    engine: Engine, elsewhere: Engine, scratch: Path, clock: FixedClock, converse: Converse
) -> None:
    writes = CatalogueWrites(engine, clock)
    for name in "abc":
        given = writes.put(Document(external_id=name, title=name, text=name), [], Status.DRAFT).key.id
    writes.delete("document", "c")
    converse(engine, "甲")
    replace_all(elsewhere, copied(engine, scratch), nothing, silent)
    new = Document(external_id="d", title="d", text="d")
    assert CatalogueWrites(elsewhere, clock).put(new, [], Status.DRAFT).key.id == given + 1
    converse(elsewhere, "乙")
    with reading(elsewhere) as connection:
        assert len(connection.execute(select(message.c.number)).all()) == 2


def test_a_copy_made_while_others_write_is_of_one_moment(
    engine: Engine, scratch: Path, converse: Converse
) -> None:
    stop = threading.Event()

    def talk() -> None:
        for number in range(2000):
            if stop.is_set():
                return
            converse(engine, f"citizen-{number}")

    converse(engine, "first")
    talking = threading.Thread(target=talk)
    talking.start()
    try:
        for number in range(3):
            path = scratch / f"{number}.sqlite"
            taken = snapshot.take(engine, path, vectors=True, on_progress=silent)
            # One turn writes into all three, in one transaction.
            counted = {taken.rows[name] for name in ("conversation", "message", "answer_log")}
            assert len(counted) == 1
            with snapshot.opened(path) as copy, reading(copy) as connection:
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    finally:
        stop.set()
        talking.join()
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(conversation)).scalar_one() > 1


def test_what_was_deleted_is_not_in_the_file(engine: Engine, scratch: Path, converse: Converse) -> None:
    secret = "这句话已经删除"
    converse(engine, secret)
    with writing(engine) as connection:
        connection.execute(conversation.delete())
        connection.execute(text("DELETE FROM answer_log"))
    assert secret.encode() not in copied(engine, scratch).read_bytes()


def test_a_copy_is_one_file_and_its_owner_s_only(engine: Engine, scratch: Path, fill: Fill) -> None:
    fill(engine)
    path = copied(engine, scratch)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(scratch.iterdir()) == [path]


def test_vectors_are_left_out_on_demand_and_those_that_are_there_stay(
    engine: Engine, elsewhere: Engine, scratch: Path, fill: Fill, rows_of: RowsOf
) -> None:
    fill(engine)
    path = copied(engine, scratch, vectors=False)
    with writing(elsewhere) as connection:
        row = {"text_hash": "own", "model_digest": "m", "dtype": "d", "vector": b"\1"}
        connection.execute(vector_cache.insert(), row)
    replace_all(elsewhere, path, nothing, silent)
    after = rows_of(elsewhere)
    assert [row["text_hash"] for row in after["vector_cache"]] == ["own"]
    assert len(after["conversation"]) == 2


@pytest.mark.parametrize("version", ["0.1.0-b9b492f", "0.1.0-425b141"])
def test_a_database_of_an_earlier_version_is_copied_as_it_is(
    version: str, load_made_by: Callable[[str], Engine], scratch: Path
) -> None:
    engine = load_made_by(version)
    path = scratch / "copy.sqlite"
    taken = snapshot.take(engine, path, vectors=True, on_progress=silent)
    assert taken.schema_revision == {"0.1.0-b9b492f": "0002", "0.1.0-425b141": "0003"}[version]
    assert (taken.revision, taken.rows["message"], taken.rows["service_item"]) == (5, 2, 1)
