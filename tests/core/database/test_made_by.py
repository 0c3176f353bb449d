"""Databases that earlier versions really made are brought to today's schema, with everything readable."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from core.answering import Aspect
from core.catalogue.models import Status
from core.catalogue.reads import CatalogueReads
from core.citizens.choices import Choices
from core.citizens.conversations import Conversations
from core.citizens.stores import stored_parts
from core.clock import FixedClock
from core.database.engine import reading
from core.database.migrate import migrate, require_current, revisions, schema_revision
from tests.tables import metadata

Opener = Callable[[str], Engine]
Loader = Callable[[str], Engine]
ROOT = Path(__file__).resolve().parents[3]
MADE_BY = Path(__file__).parent / "made_by"
VERSIONS = sorted({path.name.rsplit(".", 2)[0] for path in MADE_BY.glob("*.sql")})
CONVERSATION = "conversation-of-the-sample"
CLOCK = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))


def everything(engine: Engine) -> dict[str, list[str]]:
    """The rows and columns of every table as text."""
    with reading(engine) as connection:
        return {
            name: [str(dict(row)) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]
            for name in sorted(inspect(connection).get_table_names())
        }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_an_earlier_version_is_read_as_it_was(version: str, load_made_by: Loader) -> None:
    engine = load_made_by(version)
    migrate(engine)
    require_current(engine)
    reads = CatalogueReads(engine)
    item, document = reads.by_external_id("item", "jzz"), reads.by_external_id("document", "jzz-banfa")
    assert item is not None
    assert document is not None
    assert (item.title, item.status, document.version) == ("居住证申领", Status.PUBLISHED, 1)
    assert [passage.text for passage in reads.passages([document.key])] == ["第一条 为了规范。"]
    assert reads.state().revision == 5
    assert [change.key.kind for change in reads.changes_since(0, 10) if change.deleted] == ["document"]
    assert [region.name for region in reads.regions()] == ["示例市"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_conversation_of_an_earlier_version_goes_on(version: str, load_made_by: Loader) -> None:
    engine = load_made_by(version)
    migrate(engine)
    said = Conversations(engine, CLOCK).history(CONVERSATION)
    assert [(one.role, one.payload["text"]) for one in said] == [
        ("citizen", "居住证怎么办"),
        ("assistant", "您要问哪一项？"),
    ]
    assert said[0].created == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    offered = Choices(engine, CLOCK).find(CONVERSATION, "token-of-the-sample")
    assert offered is not None
    assert (offered.title, offered.aspect, offered.region) == ("居住证申领", Aspect.FEE, None)
    with reading(engine) as connection:
        logged = connection.execute(text("SELECT question, status, citizen FROM answer_log")).one()
    assert tuple(logged) == ("居住证怎么办", "clarify", None)
    for part in stored_parts(engine, CLOCK):
        part.erase(CONVERSATION)
    assert Conversations(engine, CLOCK).history(CONVERSATION) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_that_fails_leaves_an_earlier_database_as_it_was(
    version: str, load_made_by: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = load_made_by(version)
    before = everything(engine)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("stopped in the middle")

    with monkeypatch.context() as patch:
        # The third migration creates an index after it has added columns.
        patch.setattr("alembic.operations.base.Operations.create_index", fails)
        with pytest.raises(RuntimeError):
            migrate(engine)
    assert everything(engine) == before
    migrate(engine)
    require_current(engine)


@pytest.mark.parametrize("revision", revisions())
def test_every_revision_comes_to_the_tables_that_the_code_speaks_of(
    revision: str, empty_url: str, open_database: Opener
) -> None:
    engine = open_database(empty_url)
    migrate(engine, revision)
    assert schema_revision(engine) == revision
    migrate(engine)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_each_released_version_has_its_databases() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)(?! \(unreleased\))\b.*$", changes, re.MULTILINE)
    assert re.search(r"^## \d+\.\d+\.\d+", changes, re.MULTILINE)
    missing = [
        f"{version}.{dialect}.sql: made as tests/core/database/sample.py says"
        for version in released
        for dialect in ("sqlite", "postgresql")
        if not (MADE_BY / f"{version}.{dialect}.sql").exists()
    ]
    assert missing == []


def test_databases_are_there_of_each_dialect() -> None:
    assert len(VERSIONS) >= 2
    for version in VERSIONS:
        assert (MADE_BY / f"{version}.sqlite.sql").exists()
        assert (MADE_BY / f"{version}.postgresql.sql").exists()
