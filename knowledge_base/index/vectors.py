"""Vector index: inner product in FAISS, looked through in 8 bits and measured in fp32; changed in place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge_base.embedding.port import Vectors

_SPARSE = 1_000
# Of so many more than are wanted the nearest are measured exactly. Of the 100 nearest among 100,000 vectors
# like the demonstration city's the latest came at place 125; at 451 with the widest steps that unit vectors
# can need, which are five times as wide.
_MORE = 400
# Largest component expected, as a multiple of the mean one: 3.6 of e5's.
_EXPECTED = 4.0
_WIDER = 1.25


class VectorIndex:
    """Unit vectors by number. Not thread-safe beside a writer: the engine's lock guards it."""

    def __init__(self, dimension: int) -> None:
        self._exact: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._largest = _EXPECTED / dimension**0.5
        self._coarse = _coarse(dimension, self._largest)

    def change(self, remove: Collection[int], ids: Sequence[int], vectors: Vectors) -> None:
        """Removes numbers, then adds rows; what is added replaces what had the same number."""
        old = np.array(sorted({*remove, *ids}), dtype=np.int64)
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if len(ids) and (largest := float(np.abs(rows).max())) > self._largest:
            self._widen(largest * _WIDER)
        # In this order: whatever is found in 8 bits is there in fp32, also where memory runs out in between.
        if len(old) and len(self):
            self._coarse.remove_ids(faiss.IDSelectorBatch(old))
            self._exact.remove_ids(faiss.IDSelectorBatch(old))
        if len(ids):
            numbers = np.array(ids, dtype=np.int64)
            self._exact.add_with_ids(rows, numbers)
            self._coarse.add_with_ids(rows, numbers)

    def _widen(self, largest: float) -> None:
        """Puts all vectors anew into steps that reach further: beyond the last one they would be cut off."""
        coarse = _coarse(self._exact.d, largest)
        numbers = faiss.vector_to_array(self._exact.id_map)
        if len(numbers):
            coarse.add_with_ids(self._exact.reconstruct_batch(numbers), numbers)
        self._coarse, self._largest = coarse, largest

    def search(
        self, vector: Vectors, limit: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Numbers with their cosine, best first; `allowed` None means all."""
        if not len(self) or (allowed is not None and not len(allowed)):
            return []
        options: dict[str, Any] = {}
        if allowed is not None:
            options["params"] = _parameters(_selector(allowed))
        # One question gains nothing from threads and waits for them; told to each thread that searches.
        faiss.omp_set_num_threads(1)
        _, found = self._coarse.search(vector[None, :], min(limit + _MORE, len(self)), **options)
        near = found[0][found[0] >= 0]
        scores = self._exact.reconstruct_batch(near) @ vector
        order = np.argsort(-scores, kind="stable")[:limit]
        return list(zip(near[order].tolist(), scores[order].tolist(), strict=True))

    def __len__(self) -> int:
        return int(self._exact.ntotal)


def _coarse(dimension: int, largest: float) -> Any:
    """An index of one byte a component: all are read for each question, and reading is what takes time.

    Args:
        largest: The steps reach from its negative to it.
    """
    kind = faiss.ScalarQuantizer.QT_8bit_uniform
    quantized = faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)
    # It learns the least and the largest component that it is shown, and nothing else.
    quantized.train(np.array([[-largest] * dimension, [largest] * dimension], dtype=np.float32))
    return faiss.IndexIDMap2(quantized)


def _selector(allowed: NDArray[np.int64]) -> Any:
    """A bitmap where numbers are dense: made in a twentieth of the time of a hash set, and read faster."""
    if int(allowed.max()) > _SPARSE * len(allowed):
        return faiss.IDSelectorBatch(allowed)
    bits = np.zeros(int(allowed.max()) + 1, dtype=bool)
    bits[allowed] = True
    # The wrapper takes an array; the stub knows the C++ signature only.
    bitmap: Any = faiss.IDSelectorBitmap
    return bitmap(np.packbits(bits, bitorder="little"))


def _parameters(selector: Any) -> Any:
    parameters = faiss.SearchParameters()
    parameters.sel = selector
    return parameters
