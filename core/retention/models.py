"""A rule of retention: one condition says what is shown as due and what goes: the two cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    false,
    func,
    literal,
    select,
    true,
    tuple_,
    update,
)

from core.database.engine import reading, writing

Note = Callable[[Connection, int], None]


class DataClass(StrEnum):
    """Which clock something is under."""

    CONTENT = "content"
    SECURITY = "security"

    @property
    def label(self) -> str:
        """As pages name it."""
        return "业务数据" if self is DataClass.CONTENT else "安全日志"


@dataclass(frozen=True, kw_only=True)
class RetentionRule:
    """What of one table goes when.

    Attributes:
        name: Stable: the log of runs holds it.
        label: The same in Chinese, as staff read it.
        data_class: Content, or security log.
        clock: The instant that the days are counted from; has an index.
        days: Goes when so many have passed; 0 is at that instant, None never.
        reason: Why so long, in Chinese.
        setting: The variable that says how long, where there is one.
        held: Which rows of the table it is about; all if not told.
        condition: What is due at an instant, where that is more than the clock. It must hold whichever rules
            have run before.
        values: What is written over instead of deleting; afterwards a row is not `held` any more.
        along: What goes with a row by foreign keys, in Chinese.
        most: Rows of a transaction, where one is large or takes many along.
    """

    name: str
    label: str
    data_class: DataClass
    clock: Column[Any]
    days: int | None
    reason: str
    setting: str = ""
    held: ColumnElement[bool] | None = None
    condition: Callable[[datetime], ColumnElement[bool]] | None = None
    values: Mapping[str, Any] | None = None
    along: str = ""
    most: int | None = None

    @property
    def table(self) -> Table:
        """Whose rows go."""
        return self.clock.table

    def due(self, at: datetime) -> ColumnElement[bool]:
        """Which rows are to go at an instant."""
        if self.days is None:
            return false()
        if self.condition is not None:
            return and_(self._held, self.condition(at))
        return and_(self._held, self.clock < at - timedelta(days=self.days))

    def count(self, connection: Connection, at: datetime, most: int | None = None) -> int:
        """How many rows are to go at an instant; `most` where there are more."""
        return self._count(connection, self.due(at), most)

    def kept(self, connection: Connection, most: int | None = None) -> int:
        """How many rows there are; `most` where there are more."""
        return self._count(connection, self._held, most)

    def oldest(self, connection: Connection) -> datetime | None:
        """Where the clock of the first row stands; None where more than the clock decides."""
        if self.condition is not None:
            return None
        first = select(self.clock).where(self._held, self.clock.is_not(None)).order_by(self.clock).limit(1)
        found: datetime | None = connection.execute(first).scalar()
        return found

    def is_due(self, engine: Engine, at: datetime) -> bool:
        """Whether anything is; most times nothing is, and no writer is kept waiting for that."""
        if self.days is None:
            return False
        with reading(engine) as connection:
            return self.count(connection, at, 1) > 0

    def forget(self, engine: Engine, at: datetime, most: int, note: Note) -> int:
        """Lets at most so many go that are due, oldest first, in a transaction of its own.

        Args:
            note: Told of the rows that went, within that transaction.

        Returns: How many went.

        Raises:
            Unavailable: The database does not answer.
        """
        with writing(engine) as connection:
            gone = self._forget(connection, self.due(at), most)
            if gone:
                note(connection, gone)
        return gone

    @property
    def _held(self) -> ColumnElement[bool]:
        return true() if self.held is None else self.held

    def _count(self, connection: Connection, wanted: ColumnElement[bool], most: int | None) -> int:
        rows = select(literal(1)).select_from(self.table).where(wanted).limit(most).subquery()
        return int(connection.execute(select(func.count()).select_from(rows)).scalar_one())

    def _forget(self, connection: Connection, due: ColumnElement[bool], most: int) -> int:
        keys = list(self.table.primary_key)
        chosen = select(*keys).where(due).limit(most)
        if self.condition is None:
            chosen = chosen.order_by(self.clock)
        key = keys[0] if len(keys) == 1 else tuple_(*keys)
        # Said twice: a row that was written to meanwhile, as by another turn, is looked at once more.
        these = (key.in_(chosen), due)
        if self.values is None:
            return int(connection.execute(delete(self.table).where(*these)).rowcount)
        return int(connection.execute(update(self.table).where(*these).values(self.values)).rowcount)
