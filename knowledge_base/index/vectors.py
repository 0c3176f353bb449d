"""Vector index: inner product in FAISS, looked through in fp16 and measured in fp32; changed in place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge_base.embedding.port import Vectors

_SPARSE = 1_000
# In fp16 the cosines of the demonstration city's vectors are off by .00006 (standard deviation): with so many
# more none of 14,400 nearest was missed in 100,000. In bf16, cut off rather than rounded, it is .0009.
_MORE = 100


class VectorIndex:
    """Unit vectors by number. Not thread-safe beside a writer: the engine's lock guards it."""

    def __init__(self, dimension: int) -> None:
        # All of them are read for each question: half the bytes take little more than half the time.
        kind = faiss.ScalarQuantizer.QT_fp16
        coarse = faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)
        self._coarse: Any = faiss.IndexIDMap2(coarse)
        self._exact: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def change(self, remove: Collection[int], ids: Sequence[int], vectors: Vectors) -> None:
        """Removes numbers, then adds rows; what is added replaces what had the same number."""
        old = np.array(sorted({*remove, *ids}), dtype=np.int64)
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        # In this order: whatever is found in fp16 is there in fp32, also where memory runs out in between.
        if len(old) and len(self):
            self._coarse.remove_ids(faiss.IDSelectorBatch(old))
            self._exact.remove_ids(faiss.IDSelectorBatch(old))
        if len(ids):
            numbers = np.array(ids, dtype=np.int64)
            self._exact.add_with_ids(rows, numbers)
            self._coarse.add_with_ids(rows, numbers)

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
