"""A guide read sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable

from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, Fee, ServiceItem
from knowledge_base.search.engine import IndexedOwner, SearchEngine

Make = Callable[..., IndexedOwner]

GUIDE = ServiceItem(
    external_id="cy",
    name="创业补贴申领",
    steps=["到社区领取申请表。", "每年三月和九月的一日至二十日集中申报；错过的等下一批。"],
    fee=Fee(text="不收取任何费用"),
)


def test_lines_are_sentences_without_heading_and_number(engine: SearchEngine, make: Make) -> None:
    engine.put([make(GUIDE, 1)])
    read = engine.lines("在哪几天申报", (), RecordKey("item", 1))
    assert [(line.field, line.text) for line, _ in read] == [
        ("steps", "到社区领取申请表。"),
        ("steps", "每年三月和九月的一日至二十日集中申报；"),
        ("steps", "错过的等下一批。"),
        ("fee", "不收取任何费用"),
    ]
    assert max(read, key=lambda one: one[1])[0].text.startswith("每年三月")


def test_the_clause_that_asks_tells_more_than_the_story(engine: SearchEngine, make: Make) -> None:
    engine.put([make(GUIDE, 1)])
    question = "社区的人跟我讲要申请表，收取任何费用不"

    def lead(asking: tuple[str, ...]) -> float:
        (_, form), *_, (_, fee) = engine.lines(question, asking, RecordKey("item", 1))
        return fee - form

    assert lead(("收取任何费用不",)) > lead(())


def test_texts_and_what_is_not_held_have_no_lines(engine: SearchEngine, make: Make) -> None:
    engine.put([make(Document(external_id="text", title="办法", text="每年三月申报。"), 3)])
    assert engine.lines("几月申报", (), RecordKey("document", 3)) == []
    assert engine.lines("几月申报", (), RecordKey("item", 99)) == []


def test_a_changed_guide_is_read_anew(engine: SearchEngine, make: Make) -> None:
    engine.put([make(GUIDE, 1)])
    assert engine.lines("收费吗", (), RecordKey("item", 1))
    engine.put([make(ServiceItem(external_id="cy", name="创业补贴申领", fee=Fee(text="每证二十元")), 1)])
    assert [line.text for line, _ in engine.lines("收费吗", (), RecordKey("item", 1))] == ["每证二十元"]


def test_fields_that_are_asked_for_in_words_of_their_own_are_not_read(
    engine: SearchEngine, make: Make
) -> None:
    guide = ServiceItem(
        external_id="p", name="办证", phone="0990-1", legal_basis=["某法第二条"], fee=Fee(text="不收取费用")
    )
    engine.put([make(guide, 1)])
    assert [line.field for line, _ in engine.lines("电话多少", (), RecordKey("item", 1))] == ["fee"]
