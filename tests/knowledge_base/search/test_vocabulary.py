"""Everyday names in questions."""

from __future__ import annotations

from collections.abc import Callable

from core.catalogue.models import ServiceItem
from knowledge_base.search.engine import IndexedOwner, SearchEngine, SearchResult
from knowledge_base.search.vocabulary import Vocabulary


def test_an_everyday_name_becomes_the_official_one() -> None:
    assert Vocabulary({"健康证": "健康检查"}).official("健康证怎么办") == "健康检查怎么办"


def test_the_longest_name_counts() -> None:
    known = Vocabulary({"医保": "基本医疗保险", "医保卡": "社会保障卡"})
    assert known.official("医保卡丢了") == "社会保障卡丢了"


def test_what_is_official_already_stays() -> None:
    known = Vocabulary({"医疗保险": "基本医疗保险"})
    assert known.official("基本医疗保险怎么交") == "基本医疗保险怎么交"


def test_a_question_without_everyday_names_stays_to_the_letter() -> None:
    assert Vocabulary({"健康证": "健康检查"}).official("居住證Ａ") == "居住證Ａ"
    assert Vocabulary().official("居住證Ａ") == "居住證Ａ"


def test_search_goes_by_the_official_name(
    engine: SearchEngine, make: Callable[..., IndexedOwner], find: Callable[..., SearchResult]
) -> None:
    for name in ("从业人员预防性体检", "居住证申领", "社会保障卡申领"):
        engine.put([make(ServiceItem(external_id=name, name=name))])
    assert find("健康证").owners[0].signals.name_match == 0
    engine.know_terms({"健康证": "从业人员预防性体检"})
    assert find("健康证").owners[0].external_id == "从业人员预防性体检"
    assert find("健康证").owners[0].signals.name_match == 1
