"""Years in a text."""

from __future__ import annotations

import pytest

from core.text.years import without_years, years, years_asked_for


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2026年城乡居民医保缴费", {2026}),
        ("二〇二五年度招生公告", {2025}),
        ("２０２６届毕业生", {2026}),
        ("2025-2026学年校历", {2025, 2026}),
        ("2026-01-01起施行", {2026}),
        ("自2019年1月1日起，至2023年12月31日止", {2019, 2023}),
        ("补贴2000元，电话20261234，编号120267年", set()),
        ("去年和今年", set()),
    ],
)
def test_years_are_read_where_they_are_meant(text: str, named: set[int]) -> None:
    assert years(text) == named


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("2019年办的居住证怎么续", set()),
        ("我2020年买的房，2026年契税多少", {2026}),
        ("2024年3月出生的孩子能领多少", set()),
        ("2025年居民医保交多少钱", {2025}),
    ],
)
def test_the_year_of_a_circumstance_is_not_asked_for(question: str, asked: set[int]) -> None:
    assert years_asked_for(question) == asked


def test_a_name_is_compared_without_its_years() -> None:
    assert without_years("青年人才租房补贴申领（2026年度）") == "青年人才租房补贴申领"
    assert without_years("2026年") == "2026年"
    assert without_years("ＡＢＣ证") == "ＡＢＣ证"
