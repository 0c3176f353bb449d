"""What is masked in a citizen's text, and what must stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.masking import BANK_CARD, DOCUMENT, EMAIL, ID_NUMBER, PHONE, PLATE, mask, without_placeholders
from tests.effort import loops

# Made-up numbers of the right shape.
IDENTITY = "11010519491231002X"


@pytest.mark.parametrize(
    "written",
    [
        IDENTITY,
        IDENTITY.lower(),
        "110105194912310021",
        "110105 19491231 002X",
        "110105-19491231-0021",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110\u200b105194912310021",
        "110105491231002",
        "110105 491231 002",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 1",
    ],
)
def test_identity_number_is_masked(written: str) -> None:
    assert mask(f"我的身份证是{written}，怎么办") == f"我的身份证是{ID_NUMBER}，怎么办"


@pytest.mark.parametrize(
    "written",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "138.1234.5678",
        "+8613812345678",
        "+86 138 1234 5678",
        "8613812345678",
        "１３８１２３４５６７８",
        "010-87654321",
        "(010)87654321",
        "（0755）8765 4321",
        "075587654321",
    ],
)
def test_phone_number_is_masked(written: str) -> None:
    assert mask(f"请打{written}找我") == f"请打{PHONE}找我"


def test_local_number_is_masked_where_the_text_says_it_is_one() -> None:
    assert mask("电话：87654321") == f"电话：{PHONE}"
    assert mask("受理号87654321") == "受理号87654321"


@pytest.mark.parametrize(
    "written",
    ["6222020200001234560", "6222 0202 0000 1234 560", "4111 1111 1111 1111", "6222020200001234567"],
)
def test_bank_card_is_masked(written: str) -> None:
    assert mask(f"卡号{written}") == f"卡号{BANK_CARD}"


@pytest.mark.parametrize(
    "written", ["京A·12345", "沪AD12345", "粤Z1234港", "京a12345", "苏E 12345", "京Ａ１２３４５"]
)
def test_plate_is_masked(written: str) -> None:
    assert mask(f"车牌{written}年检") == f"车牌{PLATE}年检"


@pytest.mark.parametrize("written", ["E12345678", "EA1234567", "H1234567890"])
def test_passport_and_permit_numbers_are_masked(written: str) -> None:
    assert mask(f"证件{written}") == f"证件{DOCUMENT}"


@pytest.mark.parametrize(
    "written", ["li.si@example.com", "a_b+c@mail.example.cn", "ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ"]
)
def test_mail_address_is_masked(written: str) -> None:
    assert mask(f"邮箱{written}收") == f"邮箱{EMAIL}收"


@pytest.mark.parametrize(
    "text",
    [
        "请拨打12345或110、12356",
        "2020年12月1日起施行，2020-12-01，20201201，2020/12/01 14:30",
        "国办发〔2020〕12号、京政发〔2020〕12号、新E时代",
        "补贴13800000000元，预算 138123456.78 元，¥13812345678",
        "事项编码11440300MB2D30442X4000102000010、000172140",
        "统一社会信用代码91110108MA01ABCD2X",
        "2024-11-24 2025-01-01 3000 4000 5000 6000",
        "服务热线400-123-4567、95588",
        "公积金贷款最高120万元，年限30年，满60周岁",
    ],
)
def test_public_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_several_numbers_in_one_text_are_each_masked() -> None:
    text = f"{IDENTITY} 13812345678 13912345678, a@b.cn"
    assert mask(text) == f"{ID_NUMBER} {PHONE} {PHONE}, {EMAIL}"


@given(st.text(alphabet="0123456789 -xX京A@.(〔号元\u200b１\n", max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(
    st.text(alphabet=st.characters(exclude_categories=["Nd", "Cs"]), max_size=60).filter(
        lambda t: "@" not in t
    )
)
def test_text_without_digits_stays(text: str) -> None:
    folded_free = all(not c.isnumeric() for c in text) and "＠" not in text and "﹫" not in text
    assert not folded_free or mask(text) == text


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "1-",
        "a",
        "a.",
        "a@",
        "a@b.",
        "京",
        "京A",
        "(",
        "6222 ",
        "电话:",
        "x1",
        "我叫张",
        "我的身份证",
    ],
)
def test_long_hostile_text_is_masked_in_linear_time(unit: str) -> None:
    text = (unit * 2000)[:2000]
    assert loops(lambda: without_placeholders(mask(text))) < 1000


@pytest.mark.parametrize("text", ["Tel.13812345678", "电话.13812345678。"])
def test_a_full_stop_before_a_phone_number_hides_it_not(text: str) -> None:
    assert "13812345678" not in mask(text)


def test_placeholders_are_taken_out_of_what_is_searched() -> None:
    assert without_placeholders("我是〔电话号码〕，办居住证").split() == ["我是", "，办居住证"]


@pytest.mark.parametrize("lead", ["我的电话", "手机号码是", "本人联系电话：", "电话"])
def test_words_that_introduce_ones_own_number_are_not_searched_for(lead: str) -> None:
    masked = mask(f"{lead}13912345678，居住证需要什么材料")
    assert without_placeholders(masked).split() == ["，居住证需要什么材料"]


@pytest.mark.parametrize(
    "told",
    [
        f"我的身份证号是{IDENTITY}，",
        f"我身份证{IDENTITY}，电话13512340987，",
        "卡号6222021234567890995，",
        "我的号码是13512340987，",
        f"我叫张三身份证{IDENTITY}，",
        f"我叫张三，我的身份证号码：{IDENTITY} ",
        f"我爸的身份证号{IDENTITY}",
        "打我电话 13512340987，",
        "我的车牌是京A12345，",
    ],
)
def test_words_that_introduce_any_number_are_not_searched_for(told: str) -> None:
    assert without_placeholders(mask(f"{told}失业金怎么领")).strip(" ，") == "失业金怎么领"


@pytest.mark.parametrize("question", ["我身份证{}丢了怎么补", "身份证{}，到期了怎么换", "身份证是{}，被偷了"])
def test_a_card_that_something_happened_to_stays_the_matter(question: str) -> None:
    assert "身份证" in without_placeholders(mask(question.format(IDENTITY)))


def test_an_agency_before_a_number_is_still_searched_for() -> None:
    assert "公积金中心" in without_placeholders(mask("公积金中心电话是13912345678吗"))
