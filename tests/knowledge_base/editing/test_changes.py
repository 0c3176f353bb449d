"""What differs between two contents."""

from __future__ import annotations

import time

from core.catalogue.models import Document, Material, ServiceItem
from knowledge_base.editing.changes import Change, changes


def document(text: str, **more: str) -> Document:
    return Document(external_id="a", text=text, **more)  # type: ignore[arg-type]


def told(found: list[Change]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(one.field, [(piece.how, piece.text) for piece in one.pieces]) for one in found]


def test_a_sentence_is_told_as_exchanged_among_those_that_stay() -> None:
    found = changes(document("甲。乙。丙。"), document("甲。丁。丙。"), {})
    assert told(found) == [
        ("text", [("same", "甲。"), ("removed", "乙。"), ("added", "丁。"), ("same", "丙。")])
    ]


def test_the_pieces_give_both_texts_also_where_much_is_exchanged() -> None:
    before, after = "".join(f"旧{n}。" for n in range(3000)), "".join(f"新{n}。" for n in range(3000))
    ((_, pieces),) = told(changes(document(before), document(after), {}))
    assert pieces == [("removed", before), ("added", after)]


def test_many_equal_pieces_take_no_time() -> None:
    started = time.perf_counter()
    changes(document("甲。" + "是；" * 200_000), document("乙。" + "是；" * 190_000 + "丙。"), {})
    assert time.perf_counter() - started < 10


def test_fields_come_and_go_in_words() -> None:
    found = changes(
        document("甲。", title="旧题", document_number="1号"),
        document("甲。", region="510100"),
        {
            "510100": "成都市",
        },
    )
    assert told(found) == [
        ("region", [("removed", "000000"), ("added", "成都市")]),
        ("title", [("removed", "旧题")]),
        ("document_number", [("removed", "1号")]),
    ]


def test_a_guide_is_told_line_by_line() -> None:
    before = ServiceItem(external_id="a", name="补办", materials=[Material(name="身份证")])
    after = ServiceItem(
        external_id="a", name="补办", materials=[Material(name="身份证"), Material(name="照片", copies=2)]
    )
    ((field, pieces),) = told(changes(before, after, {}))
    assert field == "materials"
    assert pieces == [("same", "身份证\n"), ("added", "照片；2 份\n")]


def test_where_there_was_nothing_all_is_new() -> None:
    assert told(changes(None, document("甲。"), {}))[0] == ("text", [("added", "甲。")])
