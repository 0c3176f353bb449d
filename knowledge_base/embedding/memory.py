"""The memory twin of the embedding model: hashed bigrams, deterministic and instant."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.text.normalise import fold
from knowledge_base.embedding.port import Vectors


@dataclass(frozen=True, slots=True)
class HashEmbedder:
    """Texts that share character bigrams are near each other; means nothing beyond that."""

    dimension: int = 64
    name: str = "hash"
    dtype: str = "fp32"
    max_tokens: int = 8192

    @property
    def digest(self) -> str:
        """The only thing that changes a vector is the dimension."""
        return f"hash-bigrams-{self.dimension}"

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text: counts of hashed bigrams, normalised."""
        return np.stack([self._vector(text) for text in texts]) if texts else _none(self.dimension)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """The same as for passages."""
        return self.passages(texts)

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self.dimension, 1e-6, dtype=np.float32)
        padded = f" {fold(text)} "
        for start in range(len(padded) - 1):
            vector[zlib.crc32(padded[start : start + 2].encode()) % self.dimension] += 1
        unit: Vectors = vector / np.float32(np.linalg.norm(vector))
        return unit


def _none(dimension: int) -> Vectors:
    return np.zeros((0, dimension), dtype=np.float32)
