"""Takes what was deleted out of SQLite's log of changes, where it stands until the log is begun anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final

from sqlalchemy import Engine

from core.errors import Unavailable

# Others wait with their changes meanwhile; what does not work is tried again later.
PATIENCE_S: Final = 1.0


def wipe_log(engine: Engine, patience_s: float = PATIENCE_S) -> None:
    """Empties the log into the database; a server keeps its own and is left alone.

    Raises:
        Unavailable: Somebody has read or written all the time for `patience_s`.
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        with closing(sqlite3.connect(str(engine.url.database), timeout=patience_s)) as own:
            busy = own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as error:
        raise Unavailable(f"sqlite: {error}") from error
    if busy:
        raise Unavailable("the log of changes is in use")
