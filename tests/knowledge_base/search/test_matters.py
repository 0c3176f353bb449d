"""Public matters that the base may hold nothing of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.answering import Aspect
from core.catalogue.keys import RecordKey
from core.catalogue.models import AnsweredQuestion, Document, Fee, ServiceItem
from core.text.normalise import fold
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.search.engine import IndexedOwner, SearchEngine, SearchResult
from knowledge_base.search.matters import Matters, public_matters

Make = Callable[..., IndexedOwner]
Find = Callable[..., SearchResult]

FOOD = ServiceItem(external_id="food", name="食品经营许可证核发", fee=Fee(text="不收费"))
DOGS = ServiceItem(
    external_id="dogs",
    name="养犬登记",
    fee=Fee(text="不收费"),
    questions=[AnsweredQuestion(ask=ask, aspect=Aspect.FEE) for ask in ("狗证多少钱", "养狗登记收费吗")],
)


@pytest.fixture
def aware(engine: SearchEngine, embedder: HashEmbedder, make: Make) -> SearchEngine:
    engine.know_matters(embedder.queries(["食品经营许可证核发", "公共场所卫生许可证核发", "养犬登记"]))
    engine.put([make(FOOD, 1), make(DOGS, 2)])
    return engine


def lead(result: SearchResult, external_id: str) -> float:
    return next(owner.signals.matter_lead for owner in result.owners if owner.external_id == external_id)


def test_a_question_on_another_matter_is_nearer_to_that_than_to_the_record(
    aware: SearchEngine, find: Find
) -> None:
    assert lead(find("公共场所卫生许可证怎么办"), "food") < 0 < lead(find("食品经营许可证怎么办"), "food")


def test_the_record_s_own_matter_is_no_other(aware: SearchEngine, find: Find) -> None:
    known = lead(find("食品经营许可证核发"), "food")
    aware.know_matters(HashEmbedder().queries(["食品经营许可证核发"]))
    assert known > 0.3
    assert lead(find("食品经营许可证核发"), "food") >= 0


def test_no_matters_known_tell_nothing(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(FOOD)])
    assert lead(find("公共场所卫生许可证怎么办"), "food") == 0
    none = Matters(HashEmbedder().queries([]))
    assert (
        none.near(HashEmbedder().queries(["狗"])[0]).other_than(none.meant_by(HashEmbedder().queries(["狗"])))
        is None
    )


def test_another_matter_makes_a_record_less_sure(
    engine: SearchEngine, embedder: HashEmbedder, make: Make, find: Find
) -> None:
    engine.put([make(FOOD)])
    before = find("公共场所卫生许可证怎么办").owners[0].confidence
    engine.know_matters(embedder.queries(["公共场所卫生许可证核发"]))
    assert find("公共场所卫生许可证怎么办").owners[0].confidence < before / 2


def test_a_message_leans_on_the_record_that_it_is_nearer_to_than_to_other_matters(
    aware: SearchEngine,
) -> None:
    dogs = RecordKey("item", 2)
    near, other = aware.leans_on("狗证收费吗", dogs) or (0.0, 1.0)
    assert near > other
    near, other = aware.leans_on("公共场所卫生许可证", dogs) or (1.0, 0.0)
    assert near < other
    assert aware.leans_on("狗证收费吗", RecordKey("item", 99)) is None


def test_nothing_is_leaned_on_where_no_names_or_no_matters_are_known(
    engine: SearchEngine, aware: SearchEngine, make: Make
) -> None:
    text = Document(external_id="text", title="养犬管理办法", text="养犬应当登记。")
    aware.put([make(text, 3)])
    assert aware.leans_on("养犬登记", RecordKey("document", 3)) is None
    engine.know_matters(HashEmbedder().queries([]))
    assert engine.leans_on("养犬登记", RecordKey("item", 2)) is None


def test_names_are_compared_by_the_nearest_and_by_what_they_have_in_common(
    engine: SearchEngine, make: Make, find: Find
) -> None:
    engine.put([make(DOGS)])
    signals = find("狗证多少钱").owners[0].signals
    assert signals.nearness > 0.99
    assert 0.5 < signals.name_cosine < 0.99


def test_the_list_names_each_matter_once_and_briefly() -> None:
    matters = public_matters()
    assert len({fold(name) for name in matters}) == len(matters) > 1000
    assert all(name == name.strip() and 1 < len(name) <= 30 for name in matters)
