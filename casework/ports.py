"""What grouping needs of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

# Texts at once: what the knowledge service takes.
MOST_TEXTS: Final = 64


class Embedder(Protocol):
    """Turns texts into vectors; whoever implements it passes `tests/casework/embedders.py`."""

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]]:
        """Digest of the model, and the vectors, shape (n, dimension), of length 1.

        Args:
            texts: One to `MOST_TEXTS`, each as a question is.

        Raises:
            BadInput: There are too many, none, or one is too long or empty.
            Unavailable, DeadlineExceeded: The model cannot be reached now.
        """
        ...
