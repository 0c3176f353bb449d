"""What indexing and search need of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors; safe to call from several threads.

    Attributes:
        name: What the settings call the model.
        digest: Hash of the weights and of everything else that changes a vector.
        dimension: Length of a vector.
        dtype: Number format in which the model computes, such as `fp32` or `bf16`.
        max_tokens: Longest input; what lies beyond it is not read.
    """

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def dtype(self) -> str: ...

    @property
    def max_tokens(self) -> int: ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts to be found, shape (n, dimension), L2-normalised."""
        ...

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, or of names to be compared with them, shape (n, dimension), L2-normalised."""
        ...
