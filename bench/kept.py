"""Which answers an installation's database, or a backup of it, still holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from core.backup.archive import unpack
from core.citizens.tables import answer_log
from core.database.engine import open_engine, reading


def answers_in(database: Path) -> set[str]:
    """Ids of all answers in the answer log of an SQLite file."""
    engine = open_engine(f"sqlite:///{database}")
    try:
        with reading(engine) as connection:
            return set(connection.execute(select(answer_log.c.id)).scalars())
    finally:
        engine.dispose()


def answers_in_backup(file: Path, scratch: Path) -> set[str]:
    """The same of a backup.

    Args:
        file: The backup.
        scratch: Folder that does not exist yet; the backup's database is left in it.

    Raises:
        BadInput: It is no backup, or not whole.
    """
    scratch.mkdir(mode=0o700)
    return answers_in(unpack(file, scratch, lambda *_: None).database)


def missing(home: Path, answers: Iterable[str]) -> int:
    """How many of these answers are not in the installation's answer log."""
    return len(set(answers) - answers_in(home / "weizheng.db"))
