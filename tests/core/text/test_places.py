"""Places named in a text, and how much of a text is about those asked for."""

from __future__ import annotations

import pytest

from core.text.places import NATIONAL_PLACES, Gazetteer, share_inside


def test_towns_count_for_their_province() -> None:
    assert Gazetteer().parts("武汉、黄冈和上海") == {"湖北": 2, "上海": 1}


def test_a_longer_name_is_not_taken_for_a_shorter_one() -> None:
    assert Gazetteer().parts("吉林市政务大厅") == {"吉林": 1}
    assert Gazetteer({"东区": "东区", "示例市东区": "东区"}).parts("示例市东区") == {"东区": 1}


@pytest.mark.parametrize("text", ["来宾登记", "生活安康", "白银价格", "朝阳行业", "阿里旅行"])
def test_common_words_are_no_places(text: str) -> None:
    assert not Gazetteer().parts(text)


def test_added_names_are_matched_in_their_folded_form() -> None:
    assert Gazetteer({"示例市Ａ區": "A区"}).parts("示例市a区") == {"a区": 1}


def test_each_province_holds_itself() -> None:
    provinces = set(NATIONAL_PLACES.values())
    assert len(provinces) == 34
    assert all(NATIONAL_PLACES[province] == province for province in provinces)


def test_share_is_of_all_places_named() -> None:
    named = {"湖北": 3, "上海": 1}
    assert share_inside(named, ["湖北"]) == 0.75
    assert share_inside(named, ["湖北", "上海"]) == 1.0
    assert share_inside(named, ["北京"]) == 0.0
    assert share_inside({}, ["北京"]) == 0.0


def test_where_somebody_comes_from_is_not_asked_about() -> None:
    gazetteer = Gazetteer()
    assert set(gazetteer.asked_about("我从广东回来开了个养鸡场")) == set()
    assert set(gazetteer.asked_about("上海的社保卡丢了去哪补")) == {"上海"}
    assert set(gazetteer.asked_about("我河南的在这边送快递,身份证丢了")) == set()
    assert set(gazetteer.asked_about("我们湖南来这边包鱼塘的,娃读书咋报名")) == set()


def test_where_somebody_is_for_a_while_is_not_asked_about() -> None:
    gazetteer = Gazetteer()
    for told in (
        "公公在云南住院,钱是自己垫的",
        "直接去南京的大医院做手术,能报多少",
        "卖家人在浙江过不来,过户怎么签字",
        "我妈在深圳帮我带娃,养老认证怎么弄",
    ):
        assert set(gazetteer.asked_about(told)) == set(), told
    assert set(gazetteer.asked_about("在云南住院,云南的救助怎么申请")) == {"云南"}
    assert set(gazetteer.asked_about("我妈在深圳带娃,深圳那边敬老卡咋办")) == {"广东"}


def test_where_somebody_is_is_not_asked_about_who_asks_of_here() -> None:
    gazetteer = Gazetteer()
    assert set(gazetteer.asked_about("老妈跟我住深圳,想直接刷咱这儿的医保")) == set()
    assert set(gazetteer.asked_about("爸妈在广东,想在这边备案")) == set()
    assert set(gazetteer.asked_about("老爷子要去海南过冬,驾照体检能延期吗")) == set()
    assert set(gazetteer.asked_about("去海南办居住证要什么")) == {"海南"}
    assert set(gazetteer.asked_about("重庆的公租房我在这边能不能申请")) == {"重庆"}
    assert set(gazetteer.asked_about("我在北京打工,居住证怎么办")) == {"北京"}
    assert set(gazetteer.asked_about("我在上海这边,居住证怎么办")) == {"上海"}
    assert set(gazetteer.asked_about("去上海打工,居住证怎么办")) == {"上海"}
    assert set(gazetteer.asked_about("在这边能不能办到上海那边的社保卡")) == {"上海"}
