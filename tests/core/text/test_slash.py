"""No text of a citizen reaches the dialogue engine as an intent command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.slash import neutralise

SLASHES = "/／⁄∕╱"
BLANKS = [" ", "\u3000", "\t", "\n", "\u200b", "\ufeff", "\u202e", "\x00", "\x1f", "\u0338", "´", "\u2800"]


@pytest.mark.parametrize("slash", SLASHES)
@pytest.mark.parametrize("before", ["", *BLANKS[:-1], " / "])
def test_leading_slash_is_taken_away(slash: str, before: str) -> None:
    assert neutralise(f"{before}{slash}restart") == "restart"


def test_ordinary_text_stays_as_it_was_written() -> None:
    assert neutralise("  身份证丢了/过期了怎么办？\n急！ ") == "身份证丢了/过期了怎么办？\n急！"


@pytest.mark.parametrize("text", ["", "   ", "／／/", "\u200b"])
def test_nothing_is_left_of_a_text_of_slashes_and_blanks(text: str) -> None:
    assert neutralise(text) == ""


@given(st.text(alphabet=st.one_of(st.sampled_from([*SLASHES, *BLANKS, "a", "政", "{"]), st.characters())))
def test_no_stripping_or_folding_brings_a_slash_to_the_front(text: str) -> None:
    result = neutralise(text)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        folded = unicodedata.normalize(form, result)
        bare = "".join(c for c in folded if unicodedata.category(c)[0] not in "CM").strip()
        assert not bare.startswith(tuple(SLASHES))
        assert not folded.strip().startswith(tuple(SLASHES))
