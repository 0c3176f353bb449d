"""Bundles and service items to draw from."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from core.catalogue.bundles import Bundle, BundleStep
from core.catalogue.models import Material, ServiceItem


def item(external_id: str, **fields: Any) -> ServiceItem:
    return ServiceItem(external_id=external_id, name=f"事项{external_id}", **fields)


def bundle(*steps: BundleStep, **fields: Any) -> Bundle:
    return Bundle(**{"external_id": "b", "name": "出生", "steps": list(steps), **fields})


def step(external_id: str, *after: str, **fields: Any) -> BundleStep:
    return BundleStep(item=external_id, after=list(after), **fields)


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """Bundles whose steps stand in any order, some optional, some for the married alone."""
    names = [f"i{number}" for number in range(draw(st.integers(2, 8)))]
    steps = []
    for number, name in enumerate(names):
        after = draw(st.lists(st.sampled_from(names[:number]), unique=True)) if number else []
        when = draw(st.sampled_from([None, {"fact": "married", "op": "eq", "value": True}]))
        steps.append(step(name, *after, optional=draw(st.booleans()), when=when))
    return bundle(*draw(st.permutations(steps)))


@st.composite
def shown_items(draw: st.DrawFn, one: Bundle) -> dict[str, ServiceItem]:
    """Some of a bundle's items, with materials of few names."""
    materials = st.builds(
        Material,
        name=st.sampled_from(["身份证", "居民身份证", "《户口簿》", "户口本", "申请表（原件）", "申请表"]),
        copies=st.none() | st.integers(0, 3),
        original=st.sampled_from([None, "original", "copy", "original_and_copy", "electronic"]),
        required=st.booleans(),
        note=st.sampled_from([None, "带原件核对。"]),
    )
    rules = st.sampled_from([None, {"fact": "age", "op": "ge", "value": 18}])
    return {
        each.item: item(each.item, materials=draw(st.lists(materials, max_size=3)), eligibility=draw(rules))
        for each in one.steps
        if draw(st.integers(0, 4))
    }
