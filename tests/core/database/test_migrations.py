"""Migrations: from nothing to this version's tables, and refusal of any other state."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, select, text

import core.catalogue.tables as catalogue_tables
from core.citizens.tables import answer_log, citizen, consent
from core.database.engine import reading, writing
from core.database.migrate import SchemaOutdated, migrate, require_current
from core.errors import Unavailable
from tests.tables import metadata

Opener = Callable[[str], Engine]
CATALOGUE = {
    table.name for table in vars(catalogue_tables).values() if getattr(table, "metadata", None) is metadata
}


@pytest.fixture
def engine(empty_url: str, open_database: Opener) -> Engine:
    """A database of its own: these tests spoil the schema."""
    made = open_database(empty_url)
    migrate(made)
    return made


def test_an_empty_database_gets_every_table(empty_url: str, open_database: Opener) -> None:
    engine = open_database(empty_url)
    migrate(engine)
    assert set(inspect(engine).get_table_names()) >= CATALOGUE | {"alembic_version"}
    require_current(engine)


def test_the_migrated_tables_are_those_the_code_speaks_of(engine: Engine) -> None:
    options = {"compare_type": True, "include_name": _is_loaded}
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def _is_loaded(name: str | None, kind: str, _: object) -> bool:
    # Tables of rooms that no test has imported yet are in the database only.
    return kind != "table" or name in metadata.tables


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = _epoch(engine)
    migrate(engine)
    assert _epoch(engine) == before


def test_each_database_has_an_epoch_of_its_own(tmp_path: Path, open_database: Opener) -> None:
    engines = [open_database(f"sqlite:///{tmp_path}/{name}/weizheng.db") for name in "ab"]
    for engine in engines:
        migrate(engine)
    assert len({_epoch(engine) for engine in engines}) == 2


def _epoch(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(connection.execute(text("SELECT epoch FROM catalogue_state")).scalar_one())


def test_several_processes_may_migrate_at_once(empty_url: str, open_database: Opener) -> None:
    code = (
        "import sys; from core.database.engine import open_engine; from core.database.migrate import migrate;"
        "migrate(open_engine(sys.argv[1]))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, empty_url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    errors = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], errors
    require_current(open_database(empty_url))


@pytest.mark.parametrize("state", ["older", "newer"])
def test_another_schema_is_refused_in_one_line(engine: Engine, state: str) -> None:
    with writing(engine) as connection:
        change = (
            "DELETE FROM alembic_version"
            if state == "older"
            else "UPDATE alembic_version SET version_num='x9'"
        )
        connection.execute(text(change))
    with pytest.raises(SchemaOutdated) as caught:
        require_current(engine)
    assert "weizheng upgrade" in str(caught.value) or state == "newer"
    assert len(str(caught.value).splitlines()) == 1


def test_a_newer_schema_is_not_migrated(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'x9'"))
    with pytest.raises(SchemaOutdated, match="x9"):
        migrate(engine)


def test_an_empty_database_is_refused(empty_url: str, open_database: Opener) -> None:
    with pytest.raises(SchemaOutdated, match="init"):
        require_current(open_database(empty_url))


def test_a_file_that_is_no_database_is_said_to_be_out_of_service(
    tmp_path: Path, open_database: Opener
) -> None:
    path = tmp_path / "weizheng.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(Unavailable) as caught:
        require_current(open_database(f"sqlite:///{path}"))
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_name_with_a_percent_sign_is_no_trouble(tmp_path: Path, open_database: Opener) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/50%25 off/weizheng.db")
    migrate(engine)
    require_current(engine)


def test_a_failed_migration_leaves_nothing_behind(
    empty_url: str, open_database: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_database(empty_url)

    def _fails(*_: object, **__: object) -> None:
        raise RuntimeError("stopped in the middle")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.operations.base.Operations.create_index", _fails)
        patch.setattr("alembic.operations.base.Operations.bulk_insert", _fails)
        with pytest.raises(RuntimeError):
            migrate(engine)
    assert inspect(engine).get_table_names() == []
    migrate(engine)
    require_current(engine)


def test_consents_to_what_older_notices_said_end_with_it(empty_url: str, open_database: Opener) -> None:
    engine = open_database(empty_url)
    migrate(engine, "0026")
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    # By citizen: the version that was agreed to, of which purpose, and when it was withdrawn.
    given = {
        "first": ("1", "personalize", None), "second": ("2", "personalize", None),
        "third": ("3", "personalize", None), "told": ("2", "profile_facts", None),
        "inbox": ("2", "push_web", None), "before": ("1", "personalize", at),
    }  # fmt: skip
    with writing(engine) as connection:
        for who, (version, purpose, withdrawn) in given.items():
            connection.execute(insert(citizen).values(id=who, created=at, last_seen=at))
            row = {"purpose": purpose, "notice_version": version, "channel": "web", "given_at": at}
            connection.execute(insert(consent).values(citizen=who, withdrawn_at=withdrawn, **row))
            answer: dict[str, Any] = {"question": "x", "status": "clarify", "channel": "web", "created": at}
            answer |= {"passage_ids": [], "versions": {}, "step_ms": {}}
            connection.execute(insert(answer_log).values(id=who, citizen=who, **answer))
    migrate(engine)
    with reading(engine) as connection:
        held = select(consent.c.citizen).where(consent.c.withdrawn_at.is_(None))
        assert set(connection.execute(held).scalars()) == {"third", "inbox"}
        earlier = select(consent.c.withdrawn_at).where(consent.c.citizen == "before")
        assert connection.execute(earlier).scalar_one() == at
        named = select(answer_log.c.id).where(answer_log.c.citizen.is_not(None))
        assert set(connection.execute(named).scalars()) == set(given) - {"first", "second"}
