"""Bigrams are found exactly where a substring search finds them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.search.pairs import Pairs, PairsOfEach, Sought, sample_of
from knowledge_base.search.window import _longest_runs

TEXTS = st.text(alphabet="居住证办理a4 2026\U00020000豈\n", max_size=30)
GRAMS = st.lists(st.text(alphabet="居住证办理a426\U00020000豈", min_size=1, max_size=4), max_size=8)


@given(TEXTS, GRAMS)
def test_one_text_holds_what_a_substring_search_finds(text: str, grams: list[str]) -> None:
    assert Pairs(text).hold(Sought(grams)).tolist() == [gram in text for gram in grams]


@given(st.lists(TEXTS, max_size=5), GRAMS)
def test_each_text_holds_what_a_substring_search_finds(texts: list[str], grams: list[str]) -> None:
    found = PairsOfEach(texts).hold(Sought(grams))
    assert found.shape == (len(texts), len(grams))
    assert found.tolist() == [[gram in text for gram in grams] for text in texts]


@given(TEXTS, TEXTS, TEXTS)
def test_a_text_may_hold_whatever_stands_in_it(before: str, quoted: str, after: str) -> None:
    assert Pairs(before + quoted + after).may_hold(sample_of(quoted))


def test_a_text_cannot_hold_the_words_of_another() -> None:
    quoted = "办理居住证应当提交身份证、居住地住址证明和照片。"
    assert not Pairs("公积金贷款期限最长三十年。").may_hold(sample_of(quoted))
    # What is broken up by line ends is held all the same.
    assert Pairs("办理居住证应当提交身份\n证、居住地住址\n证明和照片。").may_hold(sample_of(quoted))


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=5))
def test_the_longest_run_of_each_sentence(rows: list[list[bool]]) -> None:
    runs = ["".join("x" if one else " " for one in row).split() for row in rows]
    found = np.array(rows, dtype=bool).reshape(-1, 4)
    assert _longest_runs(found).tolist() == [max(map(len, own), default=0) for own in runs]
