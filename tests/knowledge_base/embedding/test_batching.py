"""Questions that come together are embedded together, and none twice."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from core.errors import Unavailable
from knowledge_base.embedding.batching import TOGETHER, BatchingEmbedder
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.embedding.port import Vectors


@dataclass
class Watched:
    """A model that records what it is asked, waits for `free`, and fails once where `broken`."""

    name: str = "watched"
    digest: str = "watched"
    dtype: str = "fp32"
    dimension: int = 64
    max_tokens: int = 512
    asked: list[list[str]] = field(default_factory=list)
    free: threading.Event = field(default_factory=threading.Event)
    broken: bool = False

    def passages(self, texts: Sequence[str]) -> Vectors:
        return HashEmbedder().passages(texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        assert self.free.wait(10)
        if self.broken:
            self.broken = False
            raise Unavailable("the model broke")
        return HashEmbedder().queries(texts)


@pytest.fixture
def model() -> Watched:
    found = Watched()
    found.free.set()
    return found


def test_the_vectors_are_the_models_in_the_order_asked(model: Watched) -> None:
    texts = ["居住证", "失业金", "居住证"]
    assert np.array_equal(BatchingEmbedder(model).queries(texts), HashEmbedder().queries(texts))
    assert model.asked == [["居住证", "失业金"]]


def test_a_question_is_embedded_once(model: Watched) -> None:
    embedder = BatchingEmbedder(model)
    embedder.queries(["居住证"])
    embedder.queries(["失业金", "居住证"])
    assert model.asked == [["居住证"], ["失业金"]]


def test_what_comes_while_the_model_works_is_embedded_together(model: Watched) -> None:
    model.free.clear()
    embedder = BatchingEmbedder(model)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(embedder.queries, ["第一"])
        while not model.asked:
            pass
        later = [pool.submit(embedder.queries, [f"问题{number}"]) for number in range(8)]
        while len(embedder._waiting) < 8:
            pass
        model.free.set()
        found = [one.result(10) for one in (first, *later)]
    assert [len(batch) for batch in model.asked] == [1, 8]
    expected = HashEmbedder().queries(["第一", *(f"问题{number}" for number in range(8))])
    assert np.array_equal(np.concatenate(found), expected)


def test_what_is_expected_is_embedded_along_with_the_next_question(model: Watched) -> None:
    embedder = BatchingEmbedder(model)
    for text in ("居住证", "失业金", "居住证"):
        embedder.expect(text)
    assert model.asked == []
    embedder.queries(["护照"])
    found = embedder.queries(["居住证", "失业金"])
    assert model.asked == [["居住证", "失业金", "护照"]]
    assert np.array_equal(found, HashEmbedder().queries(["居住证", "失业金"]))


def test_a_failure_of_what_others_expect_is_not_that_of_who_embeds_it(model: Watched) -> None:
    embedder = BatchingEmbedder(model)
    for number in range(TOGETHER):
        embedder.expect(f"问题{number}")
    model.broken = True
    assert np.array_equal(embedder.queries(["居住证"]), HashEmbedder().queries(["居住证"]))
    assert [len(batch) for batch in model.asked] == [TOGETHER, 1]


def test_a_failure_is_every_waiters_and_the_next_question_is_asked_again(model: Watched) -> None:
    model.broken = True
    embedder = BatchingEmbedder(model)
    with pytest.raises(Unavailable):
        embedder.queries(["居住证"])
    assert embedder.queries(["居住证"]).shape == (1, 64)
    assert model.asked == [["居住证"], ["居住证"]]


def test_the_least_recent_question_is_forgotten(model: Watched) -> None:
    embedder = BatchingEmbedder(model, remembered=2)
    for text in ("一", "二", "一", "三", "一", "二"):
        embedder.queries([text])
    assert model.asked == [["一"], ["二"], ["三"], ["二"]]


def test_many_texts_go_straight_to_the_model(model: Watched) -> None:
    texts = [f"名称{number}" for number in range(TOGETHER + 1)]
    embedder = BatchingEmbedder(model)
    embedder.queries(texts)
    embedder.queries(texts)
    assert [len(batch) for batch in model.asked] == [len(texts), len(texts)]


def test_nothing_asked_is_nothing_found(model: Watched) -> None:
    assert BatchingEmbedder(model).queries([]).shape == (0, 64)
    assert model.asked == []
