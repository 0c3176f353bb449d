"""An installation's folder, keys and database, made where they do not exist yet."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, inspect

from apps.cli.errors import CommandFailed
from core.keys import Keys, ensure_keys
from core.settings import Settings

FOLDER_MODE = 0o700


def ensure_home(settings: Settings) -> Keys:
    """Make the folder, readable by its owner only, and the keys in it.

    Raises:
        CommandFailed: The folder cannot be made or written.
    """
    try:
        settings.home.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return ensure_keys(settings.home)
    except OSError as error:
        raise CommandFailed(
            f"cannot write {error.filename or settings.home}: {error.strerror}; set WEIZHENG_HOME to "
            "another folder. 无法写入数据目录。"
        ) from error


@contextlib.contextmanager
def opened_database(settings: Settings, *, older: bool = False) -> Iterator[Engine]:
    """The database for a command: an empty one gets its tables, an older one is refused.

    Args:
        older: Take an older one, or a newer one, as it is.

    Raises:
        SchemaOutdated: It was made by an older version.
    """
    from core.database.engine import open_engine
    from core.database.migrate import migrate, require_current

    engine = open_engine(settings.database_url)
    try:
        with one_at_a_time(settings.run_dir / "database.lock"):
            if not inspect(engine).get_table_names():
                migrate(engine)
        if not older:
            require_current(engine)
        yield engine
    finally:
        engine.dispose()


def migrate_database(settings: Settings) -> None:
    """Bring the database to this version's tables."""
    from core.database.engine import open_engine
    from core.database.migrate import migrate

    engine = open_engine(settings.database_url)
    try:
        with one_at_a_time(settings.run_dir / "database.lock"):
            migrate(engine)
    finally:
        engine.dispose()


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Wait for whoever else holds this lock file; the kernel lets go of it when a holder dies."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
