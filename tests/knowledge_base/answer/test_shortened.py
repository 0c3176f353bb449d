"""What is cut off never leaves another number, telephone or address behind than the agency published."""

from __future__ import annotations

import pytest

from knowledge_base.answer.reading import shortened, unsplit

ADDRESS = "https://rsj.shili.example/forms/dengji.pdf?year=2026;part=1"


@pytest.mark.parametrize("limit", range(12, 12 + len(ADDRESS)))
def test_an_address_is_kept_whole_or_left_out(limit: int) -> None:
    cut = shortened(f"居民养老参保登记表，下载：{ADDRESS}，由协办员提供。", limit)
    assert cut.endswith("……")
    assert ADDRESS in cut or "http" not in cut


@pytest.mark.parametrize("limit", range(8, 16))
def test_an_amount_is_kept_whole_or_left_out(limit: int) -> None:
    cut = shortened("年缴费从200元到6000.50元，自己选择档次，多缴多得", limit)
    assert ("6000.50" in cut) == ("6" in cut)


def test_a_sentence_that_ends_in_the_second_half_ends_the_text() -> None:
    assert shortened("凭身份证办理。当场办结，不收费用，不用复印。", 10) == "凭身份证办理。……"


def test_a_text_within_the_limit_stays_as_it_is() -> None:
    assert shortened("当场办结。", 5) == "当场办结。"


def test_what_has_no_gap_is_cut_all_the_same() -> None:
    assert shortened("a" * 500, 300) == "a" * 300 + "……"
    assert unsplit("材料" + "a" * 500, 300) == 300


def test_the_place_between_two_words_is_left_alone() -> None:
    assert unsplit("电话 0990-5550422；周一至周五", 3) == 3
    assert unsplit("电话 0990-5550422；周一至周五", 8) == 3
    assert unsplit("电话 0990-5550422；周一至周五", 15) == 15
