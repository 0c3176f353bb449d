"""What training asks of the rest: somebody who fits, a place to say how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from core.catalogue.rules import Scalar
from recommender.models import InteractionType, Origin
from recommender.ports import Ranker
from recommender.training.learned import Learned

# Reads an artefact: numbers only, nothing in it is ever run. Raises whatever it likes where it cannot.
Loader = Callable[[bytes], Ranker]


class Run(Protocol):
    """The job that training is; `core.jobs.context.Context`."""

    def check(self) -> None:
        """To be called often.

        Raises:
            Interrupted: The run has to end.
        """
        ...

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Writes where the work stands.

        Raises:
            Interrupted: The run has to end.
        """
        ...

    def step(self, done: int, total: int, note: str = "") -> AbstractContextManager[Connection]:
        """A short transaction that is kept only while the job is still this run's.

        Raises:
            Interrupted: The run has to end; nothing of the step is kept.
        """
        ...


class Done(Protocol):
    """Something that a citizen did; `recommender.interactions.trusted.Trusted`."""

    @property
    def citizen(self) -> str: ...

    @property
    def item_id(self) -> int: ...

    @property
    def type(self) -> InteractionType: ...

    @property
    def origin(self) -> Origin: ...

    @property
    def value(self) -> float | None: ...

    @property
    def occurred_at(self) -> datetime: ...


class TrustedInteractions(Protocol):
    """What citizens who agreed did, and what caps against abuse have left of it."""

    def __call__(self, connection: Connection, since: datetime) -> Iterable[Done]:
        """Since an instant; read as it is asked for."""
        ...


class ToldFacts(Protocol):
    """What citizens told of themselves, and agreed to have used."""

    def __call__(self, connection: Connection) -> Iterable[tuple[str, str, Scalar, datetime]]:
        """Citizen, name and value of each fact, and when it was told."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors; as the knowledge service does."""

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]]:
        """Digest of the model, and vectors, shape (n, dimension), of at most 64 texts.

        Raises:
            WeizhengError: It cannot now.
        """
        ...


class Fitted(Ranker, Protocol):
    """A model that was just trained."""

    def artefact(self) -> bytes:
        """All of it as a file: numbers and names, nobody's id."""
        ...


class Fit(Protocol):
    """Trains a model."""

    def __call__(
        self, learned: Learned, parameters: Mapping[str, float], version: str, check: Callable[[], None]
    ) -> Fitted:
        """One training.

        Args:
            check: To be called often; what it raises is let through.

        Raises:
            BadInput: There is nothing to learn from, or it is no numbers.
            WeizhengError: It came to no usable numbers.
        """
        ...
