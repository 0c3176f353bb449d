"""Bigrams are found exactly where a substring search finds them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.search.pairs import Pairs, PairsOfEach, Sought

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
