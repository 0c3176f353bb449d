"""Erases a citizen's data: noted first, so that it is never forgotten, whatever fails on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Engine, delete, or_, select, update

from core.citizens.ledger import enter
from core.citizens.personal import PersonalData
from core.citizens.tables import erasure
from core.clock import Clock
from core.database.engine import reading, writing
from core.database.rows import put
from core.errors import WeizhengError

log = logging.getLogger(__name__)
# A turn that was under way may still write when all is erased; after this long none is.
LINGER = timedelta(minutes=10)


class Erasures:
    """Asks every part to erase what it holds, again and again until each has, and once more after `LINGER`.

    Args:
        engine: Database.
        clock: The time.
        parts: Every part there is. They are asked in order: first those that are likeliest to fail.
        wipes: Take what was erased out of files that only ever grow; asked after an erasure is ended.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        parts: Sequence[PersonalData],
        wipes: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._parts = parts
        self._wipes = wipes
        # A process that starts does not know what the one before it left.
        self._unwiped = list(wipes)

    def request(self, citizen: str) -> None:
        """Notes that the citizen's data are to be erased. From then on they will be."""
        with writing(self._engine) as connection:
            put(connection, erasure, "citizen", citizen=citizen, requested=self._clock.now(), erased=None)

    def complete(self, citizen: str) -> None:
        """Erases what was noted.

        Raises:
            Unavailable: A part cannot be reached; those after it are untouched, and it stays noted.
        """
        for part in self._parts:
            part.erase(citizen)
        with writing(self._engine) as connection:
            this = erasure.c.citizen == citizen
            connection.execute(update(erasure).where(this).values(erased=self._clock.now()))
            enter(connection, citizen, self._clock.now())

    def resume(self) -> int:
        """Goes on with what is noted; how many are done. One that fails stands in no other's way."""
        done = sum(self._resume(citizen) for citizen in self._due())
        if done:
            self._unwiped = list(self._wipes)
        self._unwiped = [wipe for wipe in self._unwiped if not self._wiped(wipe)]
        return done

    def _wiped(self, wipe: Callable[[], None]) -> bool:
        try:
            wipe()
        except WeizhengError as error:
            log.warning("files not wiped", extra={"code": error.code})
            return False
        return True

    def _due(self) -> Sequence[str]:
        due = or_(erasure.c.erased.is_(None), erasure.c.erased < self._clock.now() - LINGER)
        with reading(self._engine) as connection:
            return connection.execute(select(erasure.c.citizen).where(due)).scalars().all()

    def _resume(self, citizen: str) -> bool:
        lingered = self._clock.now() - LINGER
        try:
            for part in self._parts:
                part.erase(citizen)
        except WeizhengError as error:
            log.warning("erasure not completed", extra={"code": error.code})
            return False
        with writing(self._engine) as connection:
            this = erasure.c.citizen == citizen
            connection.execute(delete(erasure).where(this, erasure.c.erased < lingered))
            pending = (this, erasure.c.erased.is_(None))
            connection.execute(update(erasure).where(*pending).values(erased=self._clock.now()))
            enter(connection, citizen, self._clock.now())
        return True
