"""Gives one notice each to many citizens, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection

from channels.ports import Notice, Outcome
from channels.web.bell import Bell
from channels.web.inbox import put_notices
from core.clock import Clock
from core.jobs.context import Context

# A step is a transaction in which other writers of notices wait.
AT_ONCE: Final = 200
One = TypeVar("One")


@dataclass(frozen=True)
class HandingOut:
    """Hands notices out; harmless twice, since a citizen gets one under a key.

    Attributes:
        bell: Rung after each transaction.
    """

    context: Context
    clock: Clock
    bell: Bell

    def to_all(
        self,
        everyone: Sequence[One],
        notices: Callable[[Connection, Sequence[One]], Sequence[Notice]],
        note: Callable[[Connection, int], None] | None = None,
    ) -> int:
        """How many have theirs, now or from an earlier run.

        From the beginning, whatever an earlier run has done: who is told already gets nothing twice, and
        the list may be another one by now.

        Args:
            notices: What some of them get, made within the transaction that puts it into their inboxes.
            note: Told in each of them how many have theirs by then.
        """
        told = 0
        for start in range(0, len(everyone), AT_ONCE):
            some = everyone[start : start + AT_ONCE]
            with self.context.step(start + len(some), len(everyone)) as connection:
                given = put_notices(connection, notices(connection, some), self.clock.now())
                told += given.count(Outcome.SENT)
                if note is not None:
                    note(connection, told)
            self.bell.ring()
        return told
