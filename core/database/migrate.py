"""Brings the database to the schema of this version, and refuses to run on another."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from core.database.engine import reading, writing
from core.errors import Unavailable, WeizhengError

# Any number will do, as long as no other user of the same PostgreSQL takes it.
_LOCK = 7_319_205_446


class SchemaOutdated(WeizhengError):
    """The database was made by another version of weizheng."""

    code = "schema_outdated"


def migrate(engine: Engine, revision: str = "head") -> None:
    """Runs the migrations that are still missing, in one transaction: an error leaves the database as it was.

    Args:
        revision: Where to stop.

    Raises:
        SchemaOutdated: The database, or the revision, is newer than this version.
        Unavailable: The database does not answer.
    """
    config = _config()
    current = schema_revision(engine)
    target = _head(config) if revision == "head" else revision
    if current == target:
        return
    for one in (current, target):
        if one is not None and not _knows(config, one):
            raise SchemaOutdated(f"the database has schema {one}, which this version does not know")
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            # On SQLite a second process waits for the transaction anyway.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def require_current(engine: Engine) -> None:
    """Makes sure that the schema is that of this version.

    Raises:
        SchemaOutdated: It is not; the line says what to do.
        Unavailable: The database does not answer.
    """
    current, head = schema_revision(engine), _head(_config())
    if current != head:
        raise SchemaOutdated(
            f"the database has schema {current or 'none'}, this version needs {head}: run `weizheng init`"
            " or `weizheng upgrade`. 数据库版本不符。"
        )


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def _head(config: Config) -> str:
    return str(ScriptDirectory.from_config(config).get_current_head())


def _knows(config: Config, revision: str) -> bool:
    return revision in {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def is_known(revision: str) -> bool:
    """Whether this version has the migration."""
    return _knows(_config(), revision)


def head() -> str:
    """The schema of this version."""
    return _head(_config())


def revisions() -> list[str]:
    """Every migration, the first first."""
    found = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in found][::-1]


def schema_revision(engine: Engine) -> str | None:
    """The schema that a database has; None of one without tables.

    Raises:
        Unavailable: The database cannot be read.
    """
    try:
        with reading(engine) as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise Unavailable(f"the database cannot be read: {type(error).__name__}. 数据库无法读取。") from error
