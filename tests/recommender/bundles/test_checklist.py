"""One list of all materials."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.models import Material
from recommender.bundles.checklist import checklist, material_key
from recommender.bundles.models import MergedMaterial
from recommender.bundles.planning import plan
from tests.recommender.bundles.drawn import bundle, bundles, item, shown_items, step


def merged(*materials: Material, done: Any = ()) -> list[MergedMaterial]:
    """The list of steps with one material each."""
    items = {f"i{at}": item(f"i{at}", materials=[one]) for at, one in enumerate(materials)}
    items.setdefault("i1", item("i1"))
    return checklist(plan(bundle(*map(step, items)), items, {}, done))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("居民身份证", "身份证"),
        ("《出生医学证明》", "出生医学证明"),
        ("有效居民身份证", "身份证"),
        ("户口本", "户口簿"),
        ("申请表（原件，1份）", "申请表"),
        ("結婚證", "结婚证"),
        ("身 份 证", "身份证"),
        ("登记人身份证", "参保人居民身份证"),
        ("申请人的身份证", "身份证"),
        ("孩子的出生医学证明", "婴幼儿出生医学证明"),
        ("户口簿本人页", "居民户口簿（本人那一页）"),
    ],
)
def test_names_of_one_paper_are_the_same(one: str, other: str) -> None:
    assert material_key(one) == material_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("父母的身份证", "身份证"),
        ("结婚证", "结婚证或者离婚证"),
        ("申请表（法人）", "申请表"),
        ("经办人身份证", "身份证"),
        ("代办人身份证", "身份证"),
        ("死者的居民身份证", "身份证"),
        ("申请人身份证和银行卡", "申请人身份证"),
        ("参保人身份证或者户口簿", "参保人身份证"),
        ("《出生医学证明》副页", "出生医学证明"),
        ("身份证件", "身份证"),
    ],
)
def test_papers_of_others_stay_apart(one: str, other: str) -> None:
    assert material_key(one) != material_key(other)


def test_a_material_of_two_items_is_brought_once_in_the_larger_number() -> None:
    (found,) = merged(
        Material(name="身份证", copies=1, original="original"),
        Material(name="居民身份证", copies=3, original="copy"),
    )
    assert (found.name, found.copies, found.original, found.items) == (
        "身份证", 3, "original_and_copy", ("i0", "i1")
    )  # fmt: skip
    assert found.remarks == ("事项i0：原件1份", "事项i1：复印件3份")


def test_a_paper_that_guides_name_by_its_bearer_is_one_and_each_name_is_told() -> None:
    (found,) = merged(Material(name="登记人身份证", copies=1), Material(name="参保人居民身份证", copies=1))
    assert (found.name, found.items) == ("身份证", ("i0", "i1"))
    assert found.remarks == ("事项i0：登记人身份证", "事项i1：参保人居民身份证")


def test_what_all_want_alike_needs_no_remark() -> None:
    same = Material(name="身份证", copies=1, original="original")
    (found,) = merged(same, same)
    assert found.remarks == ()


def test_a_note_of_one_item_says_whose_it_is() -> None:
    (found,) = merged(Material(name="结婚证"), Material(name="结婚证", note="未婚的不用交。"))
    assert found.remarks == ("事项i1：未婚的不用交",)


def test_materials_of_steps_that_are_done_are_not_asked_for() -> None:
    found = merged(Material(name="身份证"), Material(name="结婚证"), done={"i0"})
    assert [one.name for one in found] == ["结婚证"]


@given(st.data())
def test_nothing_is_lost_and_nothing_made_up(data: st.DataObject) -> None:
    one = data.draw(bundles())
    items = data.draw(shown_items(one))
    steps = plan(one, items, {})
    wanted = {
        (step.item.external_id, material_key(each.name), each.copies or 0, each.required)
        for step in steps
        for each in step.item.materials
    }
    found = {material_key(each.name): each for each in checklist(steps)}
    assert set(found) == {key for _, key, _, _ in wanted}
    for external_id, key, copies, required in wanted:
        assert external_id in found[key].items
        assert (found[key].copies or 0) >= copies
        assert found[key].required or not required
    for key, each in found.items():
        assert (each.copies or 0) == max(copies for _, other, copies, _ in wanted if other == key)
