"""The pure parts of training: the rule, the hold-out, groups of texts, figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.catalogue.models import ServiceItem
from core.errors import DeadlineExceeded, WeizhengError
from core.jobs.models import Cancelled
from recommender.training.clusters import clusters, word_vectors
from recommender.training.deciding import Figures, decide
from recommender.training.features import item_features, learnable
from recommender.training.holdout import cut_of, trials
from recommender.training.items import vectoriser
from recommender.training.learned import Learned, LearnedItems
from recommender.training.measuring import by_popularity, measured

SOME = np.linspace(0, 1, 50)


@pytest.mark.parametrize(
    ("popularity", "in_use", "words"),
    [
        (SOME - 0.1, None, []),
        (SOME, SOME, []),
        (SOME + 0.1, None, ["热门事项"]),
        (SOME - 0.1, SOME + 0.1, ["正在使用的模型"]),
        (SOME + 0.1, SOME + 0.2, ["热门事项", "正在使用的模型"]),
        # Worse on the whole, and not for certain: too little against what needs no model.
        (SOME[::-1] + 0.01, None, ["热门事项"]),
        (SOME[::-1] - 0.01, SOME[::-1] + 0.01, []),
    ],
)
def test_rejected_is_what_is_worse_than_popular_or_for_certain_than_the_model_in_use(
    popularity: NDArray[np.float64],
    in_use: NDArray[np.float64] | None,
    words: list[str],
) -> None:
    figures = Figures(SOME, popularity, in_use)
    decision = decide(figures, figures)
    assert decision.is_accepted is not bool(words)
    assert all(word in decision.reason for word in words)


@pytest.mark.parametrize(
    ("in_use", "is_withdrawn"),
    [(None, False), (SOME, False), (SOME + 0.01, False), (SOME - 0.01, True), (SOME[::-1] - 0.001, True)],
)
def test_the_model_in_use_goes_where_it_is_worse_than_popular_on_the_mean(
    in_use: NDArray[np.float64] | None, is_withdrawn: bool
) -> None:
    decision = decide(Figures(SOME, SOME), Figures(SOME, SOME, in_use))
    assert bool(decision.withdrawn) is is_withdrawn


def learned(rows: list[tuple[int, int, float]], items: int = 4, citizens: int = 3) -> Learned:
    table = np.array(rows, float).reshape(-1, 3)
    catalogue = LearnedItems(
        np.arange(items) * 10, tuple(f"i{n}" for n in range(items)), tuple({} for _ in range(items))
    )
    users, places = table[:, 0].astype(int), table[:, 1].astype(int)
    return Learned(users, places, table[:, 2], [{} for _ in range(citizens)], catalogue)


def test_tried_is_on_what_is_new_and_speaks_for_an_item() -> None:
    before = learned([(0, 1, 2.0), (1, 0, 1.0)])
    after = learned([(0, 1, 1.0), (0, 2, 1.0), (1, 3, -1.0), (2, 3, 1.0)])
    found = trials(before, after, 1)
    assert [list(one.history) for one in found] == [[(10, 2.0), (10, 1.0)], []]
    assert [set(one.wanted) for one in found] == [{20}, {30}]
    assert [set(one.seen) for one in found] == [{10}, set()]


def test_tried_is_just_before_something_new_with_what_was_done_until_then() -> None:
    before = learned([(0, 0, 1.0)])
    after = learned([(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0)])
    seen = set()
    for seed in range(20):
        (one,) = trials(before, after, seed)
        done = [item for item, _ in one.history]
        assert done == [0, 10, 20, 30][: len(done)]
        assert set(done) == set(one.seen)
        assert set(one.wanted) == {0, 10, 20, 30} - set(done)
        seen.add(len(done))
    assert seen == {1, 2, 3}


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=50).map(sorted))
def test_one_instant_is_not_torn_apart(at: list[float]) -> None:
    times = np.array(at)
    cut = cut_of(times, len(times))
    assert 0 <= cut < len(times)
    assert cut == 0 or times[cut - 1] < times[cut]


def test_popularity_counts_citizens_and_a_tie_is_no_luck() -> None:
    before = learned([(0, 1, 9.0), (0, 1, 9.0), (1, 2, 1.0), (2, 2, 1.0)])
    found = trials(before, learned([(0, 2, 1.0), (1, 3, 1.0)]), 1)
    figures = measured(by_popularity(before), found, before.catalogue.ids, lambda: None)
    assert figures.ndcg[0] == 1.0
    # Three others have as much as it, or more.
    assert figures.ndcg[1] == pytest.approx(1 / np.log2(4))


def test_like_texts_are_in_one_group_each_time() -> None:
    kinds, ends = ("公积金提取", "新生儿落户登记"), ("申请", "变更", "办理", "补办")
    texts = [kind + end for kind in kinds for end in ends]
    groups = clusters(word_vectors(texts), 3)
    assert len(set(groups[:4])) == len(set(groups[4:])) == 1
    assert groups[0] != groups[4]
    assert (clusters(word_vectors(texts), 3) == groups).all()
    assert len(clusters(word_vectors([""]), 3)) == 1


@pytest.mark.parametrize("error", [DeadlineExceeded("x"), Cancelled("x")])
def test_without_vectors_words_tell_and_a_cancelled_run_ends(error: WeizhengError) -> None:
    class Away:
        def embed(self, texts: object) -> tuple[str, NDArray[np.float32]]:
            raise error

    vectorise = vectoriser(Away(), lambda: None)
    if isinstance(error, Cancelled):
        with pytest.raises(Cancelled):
            vectorise(["甲乙"])
    else:
        assert (vectorise(["甲乙"]) == word_vectors(["甲乙"])).all()


def test_features_name_what_is_known_and_no_sensitive_fact() -> None:
    item = ServiceItem(external_id="a", name="甲", audience=["个人"], life_events=["出生"])
    assert set(item_features(item, 3)) == {
        "region=000000", "cluster=3", "audience=个人", "life_event=出生",
    }  # fmt: skip
    told = {"age": 30, "disabled": True, "hardship": True, "unheard_of": 1}
    assert learnable(told) == {"age": 30}
