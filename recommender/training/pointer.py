"""The model in use, as a process has it: looked for now and then, loaded, and never a reason to fail."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, Engine

from core.clock import Clock
from core.database.engine import reading
from core.errors import Unavailable
from core.logs import defect
from recommender.ports import Ranker
from recommender.training.belonging import epoch_of, speaks_of
from recommender.training.kept import artefact, in_use, items_of
from recommender.training.models import BrokenArtefact, StoredModel, version_of
from recommender.training.ports import Loader

log = logging.getLogger(__name__)
LOOKED_EVERY_S: Final = 2.0
# Which bytes, for which catalogue.
_Key = tuple[int, str | None, str]


@dataclass(frozen=True)
class _Loaded:
    model: StoredModel
    epoch: str
    ranker: Ranker
    items: tuple[str, ...]


class ModelInUse:
    """Implements `recommender.ports.Models` over SQL; to be shared by all threads of a process.

    One thread looks at the row, and loads what is new; the others go on with what is known.

    Args:
        engine: Database.
        clock: The time.
        load: Reads an artefact.
        days: A model that is older does not serve: what it learned of somebody who has left ends with it.
        every_s: The row is looked at so often.
        timer: Seconds that only grow.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        load: Loader,
        *,
        days: int,
        every_s: float = LOOKED_EVERY_S,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._load = load
        self._days = days
        self._every_s = every_s
        self._timer = timer
        self._until = float("-inf")
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._broken: _Key | None = None
        self._told = ""

    def current(self) -> Ranker | None:
        """The model that serves; None where there is none that can be used. Never raises."""
        if self._timer() >= self._until and self._lock.acquire(blocking=False):
            try:
                if self._timer() >= self._until:
                    self._look()
            finally:
                self._lock.release()
        loaded = self._loaded
        if loaded is None or loaded.model.is_expired(self._clock.now(), self._days):
            return None
        return loaded.ranker

    def _look(self) -> None:
        try:
            self._refresh()
        except Exception as error:
            # The database may be away for a while: what is known goes on.
            self._tell("the model in use is not looked at", error)
        self._until = self._timer() + self._every_s

    def _refresh(self) -> None:
        with reading(self._engine) as connection:
            wanted, epoch = in_use(connection), epoch_of(connection)
            if wanted is None:
                self._loaded = None
                return
            key = _key(wanted, epoch)
            if self._is_settled(key):
                return
            if self._loaded is not None and self._loaded.epoch != epoch:
                self._loaded = _of_catalogue(connection, self._loaded, epoch)
                if self._is_settled(key):
                    return
            try:
                self._loaded = self._read(connection, wanted, epoch)
                self._told = ""
                log.info("recommender model loaded", extra={"model": version_of(wanted.number)})
            except (Unavailable, OSError):
                # It may be there the next time.
                raise
            except Exception as error:
                # Not tried again until another one is pointed to.
                self._broken = key
                self._tell("a recommender model cannot be used", error)

    def _is_settled(self, key: _Key) -> bool:
        loaded = self._loaded
        return self._broken == key or (loaded is not None and _key(loaded.model, loaded.epoch) == key)

    def _read(self, connection: Connection, wanted: StoredModel, epoch: str) -> _Loaded:
        ranker = self._load(artefact(connection, wanted.number))
        found = _Loaded(wanted, wanted.epoch, ranker, items_of(connection, wanted.number))
        if len(found.items) != len(ranker.item_ids):
            raise BrokenArtefact(f"model {wanted.number} has other items than its row")
        same = _of_catalogue(connection, found, epoch)
        if same is None:
            raise BrokenArtefact(f"model {wanted.number} is of another catalogue")
        return same

    def _tell(self, what: str, error: Exception) -> None:
        told = f"{what} {type(error).__name__} {error}"
        if told != self._told:
            self._told = told
            log.warning(what, extra=defect(error))


def _key(model: StoredModel, epoch: str) -> _Key:
    return model.number, model.sha256, epoch


def _of_catalogue(connection: Connection, loaded: _Loaded, epoch: str) -> _Loaded | None:
    """The same, for the catalogue that there is now; None where its items are others.

    A restored database has an epoch of its own, and the items that it had.
    """
    if loaded.epoch == epoch or speaks_of(connection, loaded.ranker.item_ids, loaded.items):
        return replace(loaded, epoch=epoch)
    return None
