"""How long a list is of which a part is quoted."""

from __future__ import annotations

import pytest

from knowledge_base.answer.lists import entries_in_all


@pytest.mark.parametrize(
    ("quote", "rest", "counted"),
    [
        ("包括：（一）甲；（二）乙；", "（三）丙；（四）丁。二、其他", (2, 4)),
        ("1.甲。2.乙。", "3.丙。", (2, 3)),
        ("①甲；", "②乙；③丙。", (1, 3)),
        ("（九）甲；（十）乙；", "（十一）丙。", (2, 11)),
        ("（三）丙；（四）丁；", "（五）戊。", (2, 5)),
    ],
)
def test_a_list_that_goes_on_is_counted_to_its_end(quote: str, rest: str, counted: tuple[int, int]) -> None:
    assert entries_in_all(quote, rest) == counted


@pytest.mark.parametrize(
    ("quote", "rest"),
    [
        ("没有清单。", "（一）甲；（二）乙；（三）丙。"),
        ("（一）甲；（二）乙。", "（一）另一个清单；（二）又一个。"),
        ("（一）甲；（三）丙；", "（四）丁。"),
        ("（一）甲；1.乙；", "（二）丙；（三）丁。"),
        ("（一）甲；", "（二）乙。"),
        ("增长1.5个百分点。", "2.甲；3.乙。"),
    ],
)
def test_what_is_no_plain_list_is_not_counted(quote: str, rest: str) -> None:
    assert entries_in_all(quote, rest) is None
