"""Years in a text."""

from __future__ import annotations

import pytest

from core.text.years import years


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
