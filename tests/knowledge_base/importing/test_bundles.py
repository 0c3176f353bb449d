"""Bundles in files: what comes in, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.catalogue.bundle_register import BundleReads, Bundles
from core.catalogue.bundles import Bundle, BundleStep
from core.catalogue.models import ServiceItem, Status
from knowledge_base.importing.told import in_chinese

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "shili"
Put = Callable[[str, str | bytes], Path]
ITEMS = "items: [{external_id: a, name: 甲}, {external_id: b, name: 乙}]\n"


def bundle(steps: str, more: str = "") -> str:
    return f"bundles:\n  - {{external_id: x, name: 出生, {more}steps: {steps}}}\n"


def told(shop: Any, path: Path) -> str:
    (problem,) = shop.run(path).problems
    return in_chinese(problem.reason)


def test_a_bundle_comes_in_with_its_items_and_the_same_again_changes_nothing(shop: Any, put: Put) -> None:
    file = put("a.yaml", ITEMS + bundle("[{item: a}, {item: b, after: [a], optional: true}]"))
    report = shop.run(file, publish=True)
    assert report.problems == ()
    assert report.bundles.created == 1
    found = BundleReads(shop.engine).read()
    steps = [BundleStep(item="a"), BundleStep(item="b", after=["a"], optional=True)]
    assert found.all == [Bundle(external_id="x", name="出生", steps=steps)]
    assert sorted(found.items.values()) == ["a", "b"]
    revision = shop.reads.state().revision
    assert shop.run(file).bundles.unchanged == 1
    assert shop.reads.state().revision == revision
    changed = put("a.yaml", bundle("[{item: a}, {item: b}]"))
    assert shop.run(changed).bundles.changed == 1
    assert shop.reads.state().revision == revision + 1


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("[{item: a}, {item: none}]", "没有编号为“none”的办事事项"),
        ("[{item: a, after: [b]}, {item: b, after: [a]}]", "办理顺序循环：a → b → a"),
        ("[{item: a, after: [a]}, {item: b}]", "办理顺序循环：a → a"),
        ("[{item: a}, {item: b}, {item: a}]", "事项“a”列了两次"),
        ("[{item: a}, {item: b, after: [c]}]", "事项“b”要等的“c”不在这件事里"),
        ("[{item: a}, {item: b, when: {fact: age}}]", "条件不是规范的资格规则"),
        ("[{item: a}, {item: b, optinal: true}]", "不认识的字段"),
        ("[{item: a}, {item: b, shows: maybe}]", "问到这项就提示：应为 true 或 false"),
    ],
)
def test_what_is_wrong_is_told_in_chinese_and_nothing_of_it_is_kept(
    shop: Any, put: Put, steps: str, words: str
) -> None:
    assert words in told(shop, put("a.yaml", ITEMS + bundle(steps)))
    assert BundleReads(shop.engine).read() == Bundles([], {})


def test_a_fact_that_there_is_not_cannot_be_left_open(shop: Any, put: Put) -> None:
    file = put("a.yaml", ITEMS + bundle("[{item: a}, {item: b}]", "leaves_open: [height], "))
    assert "没有名为“height”的情况" in told(shop, file)


@pytest.mark.parametrize("phrase", ["买 房", "买房！", "“退休”", "１２"])
def test_a_phrase_is_long_enough_without_blanks_and_punctuation(shop: Any, put: Put, phrase: str) -> None:
    file = put("a.yaml", ITEMS + bundle("[{item: a}, {item: b}]", f'phrases: ["{phrase}"], '))
    assert f"群众的说法“{phrase}”不足3个字" in told(shop, file)


def test_a_bundle_given_twice_names_both_places(shop: Any, put: Put) -> None:
    put("in/a.yaml", ITEMS + bundle("[{item: a}, {item: b}]"))
    file = put("in/b.yaml", bundle("[{item: b}, {item: a}]"))
    (problem,) = shop.run(file.parent).problems
    assert "already given at" in problem.reason


def test_doubtful_rules_come_in_with_a_note(shop: Any, put: Put) -> None:
    rule = "{fact: height, op: ge, value: 2}"
    items = f"items: [{{external_id: a, name: 甲, eligibility: {rule}}}, {{external_id: b, name: 乙}}]\n"
    report = shop.run(put("a.yaml", items + bundle(f"[{{item: a}}, {{item: b, when: {rule}}}]")))
    assert report.problems == ()
    assert report.exit_code == 0
    assert [note.place.rpartition(":")[2] for note in report.notes] == ["items[0]", "bundles[0]"]
    assert all("“height”不是可以询问群众的情况" in note.reason for note in report.notes)


def test_the_example_city_s_bundles_are_whole_and_raise_no_doubt(shop: Any) -> None:
    report = shop.run(EXAMPLES, publish=True)
    assert (report.problems, report.notes) == ((), ())
    names = {one.name for one in BundleReads(shop.engine).read().all}
    assert {"出生", "入学", "就业", "结婚", "购房", "退休", "身后", "开办企业"} <= names


def test_a_bundle_may_name_an_item_that_is_in_the_catalogue_already(shop: Any, put: Put) -> None:
    for name in "ab":
        shop.writes.put(ServiceItem(external_id=name, name=name), [], Status.DRAFT)
    assert shop.run(put("a.yaml", bundle("[{item: a}, {item: b}]"))).bundles.created == 1


def test_items_of_all_bundles_are_looked_up_at_once(
    shop: Any, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        shop.writes.put(ServiceItem(external_id=name, name=name), [], Status.DRAFT)
    asked: list[set[str]] = []
    known = shop.reads.known

    def noted(kind: str, names: set[str]) -> set[str]:
        asked.append(set(names))
        found: set[str] = known(kind, names)
        return found

    monkeypatch.setattr(shop.reads, "by_external_id", None)
    monkeypatch.setattr(shop.reads, "known", noted)
    more = "  - {external_id: y, name: 入学, steps: [{item: b}, {item: c}]}\n"
    file = put("a.yaml", "items: [{external_id: c, name: 丙}]\n" + bundle("[{item: a}, {item: b}]") + more)
    assert shop.run(file).bundles.created == 2
    assert asked == [{"a", "b"}]
