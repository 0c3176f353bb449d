"""What every embedder of casework does: the contract of `casework.ports.Embedder`."""

from __future__ import annotations

import numpy as np
import pytest

from casework.ports import MOST_TEXTS, Embedder
from core.errors import BadInput


class EmbedderContract:
    """A subclass gives the fixture `embedder`."""

    def test_each_text_has_a_vector_of_length_one(self, embedder: Embedder) -> None:
        model, vectors = embedder.embed(["居住证", "社保卡", "居住证"])
        assert model
        assert vectors.dtype == np.float32
        assert len(vectors) == 3
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)

    def test_same_text_has_the_same_vector(self, embedder: Embedder) -> None:
        first = embedder.embed(["居住证", "社保卡"])
        second = embedder.embed(["社保卡"])
        assert first[0] == second[0]
        np.testing.assert_allclose(first[1][1], second[1][0], atol=1e-3)

    def test_as_many_as_may_be_come_at_once(self, embedder: Embedder) -> None:
        _, vectors = embedder.embed([f"第{number}个" for number in range(MOST_TEXTS)])
        assert len(vectors) == MOST_TEXTS

    @pytest.mark.parametrize("texts", [[], [""], ["字" * 2001], ["字"] * (MOST_TEXTS + 1)])
    def test_what_is_out_of_bounds_is_refused(self, embedder: Embedder, texts: list[str]) -> None:
        with pytest.raises(BadInput):
            embedder.embed(texts)
