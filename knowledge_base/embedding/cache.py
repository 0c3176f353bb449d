"""Vectors of passages and names, kept in SQL under the exact text, the model and its number format."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from sqlalchemy import Engine, LargeBinary, String, column, select, table
from sqlalchemy.dialects import postgresql, sqlite

from core.database.engine import reading, writing
from core.text.years import without_years
from knowledge_base.embedding.port import Embedder, Vectors

_BATCH = 64
_LOOKUP = 500
# No text can hold it: a name is embedded as a question is, and is another entry than a passage of its words.
_NAME = "\0name\0"
_CACHE = table(
    "vector_cache",
    column("text_hash", String),
    column("model_digest", String),
    column("dtype", String),
    column("vector", LargeBinary),
)


class CachedEmbedder:
    """Embeds each text once per model; what is done stays done when a run is killed."""

    def __init__(self, embedder: Embedder, engine: Engine) -> None:
        self.embedder = embedder
        self._engine = engine

    def vectors(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of the texts, shape (n, dimension); each batch of new ones is committed at once.

        Args:
            on_progress: Called with the number of texts that have just become available.
        """
        return self._embedded(texts, [_hash(text) for text in texts], self.embedder.passages, on_progress)

    def name_vectors(self, names: Sequence[str]) -> Vectors:
        """Vectors of names as questions are embedded, shape (n, dimension); years are compared apart."""
        bare = [without_years(name) for name in names]
        return self._embedded(bare, [_hash(_NAME + name) for name in bare], self.embedder.queries, None)

    def missing(self, texts: Sequence[str]) -> int:
        """How many different texts still have to be embedded."""
        hashes = {_hash(text) for text in texts}
        return len(hashes) - len(self._stored(sorted(hashes)))

    def _embedded(
        self,
        texts: Sequence[str],
        hashes: Sequence[str],
        embed: Callable[[Sequence[str]], Vectors],
        on_progress: Callable[[int], None] | None,
    ) -> Vectors:
        known = self._stored(hashes)
        tell = on_progress or (lambda _: None)
        tell(sum(name in known for name in hashes))
        times = Counter(hashes)
        new = {name: text for name, text in zip(hashes, texts, strict=True) if name not in known}
        # Texts of like length together: a batch is as slow as its longest text.
        for batch in _batches(sorted(new, key=lambda name: len(new[name])), _BATCH):
            found = embed([new[name] for name in batch])
            self._store(batch, found)
            known.update(zip(batch, found, strict=True))
            tell(sum(times[name] for name in batch))
        if not texts:
            return np.zeros((0, self.embedder.dimension), dtype=np.float32)
        return np.stack([known[name] for name in hashes])

    def _stored(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        with reading(self._engine) as connection:
            for batch in _batches(list(dict.fromkeys(hashes)), _LOOKUP):
                rows = connection.execute(
                    select(_CACHE.c.text_hash, _CACHE.c.vector).where(
                        _CACHE.c.text_hash.in_(batch),
                        _CACHE.c.model_digest == self.embedder.digest,
                        _CACHE.c.dtype == self.embedder.dtype,
                    )
                ).all()
                found.update((name, np.frombuffer(raw, dtype="<f4")) for name, raw in rows)
        return found

    def _store(self, hashes: Sequence[str], vectors: Vectors) -> None:
        rows = [
            {
                "text_hash": name,
                "model_digest": self.embedder.digest,
                "dtype": self.embedder.dtype,
                "vector": vector.astype("<f4").tobytes(),
            }
            # In one order everywhere: two imports that share texts would else wait for each other's rows.
            for name, vector in sorted(zip(hashes, vectors, strict=True), key=lambda pair: pair[0])
        ]
        # Another process may have embedded the same text meanwhile; its vector is as good.
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        with writing(self._engine) as connection:
            connection.execute(insert(_CACHE).on_conflict_do_nothing(), rows)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _batches(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
