"""Folding for matching."""

from __future__ import annotations

import pytest

from core.text.normalise import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("公積金", "公积金"),
        ("川府〔2020〕6号", "川府【2020】6号"),
        ("（试行）", "(试行)"),
    ],
)
def test_texts_that_mean_the_same_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_words_stay_different() -> None:
    assert fold("居住证") != fold("居民证")
