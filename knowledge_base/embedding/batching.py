"""Questions embedded together: what several threads ask at the same time, and nothing twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np

from knowledge_base.embedding.port import Embedder, Vectors

# Six megabytes of vectors. Much is asked in the same words, and a turn asks for its question twice.
REMEMBERED = 4096
# One batch of the model: who comes later waits for the next round, and nobody for all that have come.
TOGETHER = 8


class BatchingEmbedder:
    """An embedder whose questions wait for no model alone.

    One thread at a time has the model, and takes along what the others have asked for meanwhile. Passages are
    many at once already and go straight through.

    Args:
        embedder: The model.
        remembered: Vectors of questions that are kept, the least recently used going first.
    """

    def __init__(self, embedder: Embedder, remembered: int = REMEMBERED) -> None:
        self._embedder = embedder
        self._remembered = remembered
        self._known: OrderedDict[str, Future[Vectors]] = OrderedDict()
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._model = threading.Lock()

    @property
    def name(self) -> str:
        """As of the model."""
        return self._embedder.name

    @property
    def digest(self) -> str:
        """As of the model."""
        return self._embedder.digest

    @property
    def dimension(self) -> int:
        """As of the model."""
        return self._embedder.dimension

    @property
    def dtype(self) -> str:
        """As of the model."""
        return self._embedder.dtype

    @property
    def max_tokens(self) -> int:
        """As of the model."""
        return self._embedder.max_tokens

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts to be found, shape (n, dimension)."""
        return self._embedder.passages(texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions or names, shape (n, dimension)."""
        if len(texts) > TOGETHER:
            return self._embedder.queries(texts)
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        asked = [self._asked(text) for text in texts]
        while not all(one.done() for one in asked):
            with self._model:
                self._embed_waiting()
        return np.stack([one.result() for one in asked])

    def expect(self, text: str) -> None:
        """Has a question embedded along with the next one that somebody waits for; returns at once."""
        self._asked(text)

    def _asked(self, text: str) -> Future[Vectors]:
        with self._lock:
            found = self._known.get(text)
            if found is not None:
                self._known.move_to_end(text)
                return found
            new = self._known[text] = Future()
            self._waiting.append(text)
            if len(self._known) > self._remembered:
                self._forget_one()
            return new

    def _forget_one(self) -> None:
        oldest = next(iter(self._known))
        if self._known[oldest].done():
            del self._known[oldest]

    def _embed_waiting(self) -> None:
        with self._lock:
            texts = self._waiting[:TOGETHER]
            del self._waiting[:TOGETHER]
            futures = [self._known[text] for text in texts]
        if not texts:
            return
        try:
            vectors = self._embedder.queries(texts)
        except Exception as error:
            # Whoever waits for one of them is told; the thread that ran this round may wait for others.
            self._fail(texts, futures, error)
            return
        except BaseException as error:
            self._fail(texts, futures, error)
            raise
        for future, vector in zip(futures, vectors, strict=True):
            # A row alone: as a part of it it would keep the whole batch in memory.
            future.set_result(vector.copy())

    def _fail(self, texts: Sequence[str], futures: Sequence[Future[Vectors]], error: BaseException) -> None:
        with self._lock:
            for text in texts:
                self._known.pop(text, None)
        for future in futures:
            future.set_exception(error)
