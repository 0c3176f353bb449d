"""Bundles and the items that may be shown, in each database."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from core.catalogue.bundle_register import BundleReads, drop_bundle
from core.catalogue.bundles import Bundle, BundleStep, circle_in
from core.catalogue.models import ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.registers import find, listed
from core.catalogue.revision import changing
from core.catalogue.writes import CatalogueWrites
from core.database.engine import reading

TODAY = date(2026, 3, 2)


def make(external_id: str, name: str = "出生") -> Bundle:
    steps = [BundleStep(item="a"), BundleStep(item="b", after=["a"])]
    return Bundle(external_id=external_id, name=name, phrases=["孩子出生了"], steps=steps)


def test_bundles_are_kept_changed_and_taken_away(
    writes: CatalogueWrites, reads: CatalogueReads, engine: Engine
) -> None:
    before = reads.state().revision
    outcomes = [writes.put_bundle(one) for one in (make("x"), make("x"), make("x", "退休"), make("w"))]
    assert outcomes == ["created", "unchanged", "changed", "created"]
    assert reads.state().revision == before + 3
    assert BundleReads(engine).read().all == [make("w"), make("x", "退休")]
    with changing(engine) as connection:
        assert drop_bundle(connection, "x")
        assert not drop_bundle(connection, "x")
    assert reads.state().revision == before + 4
    assert BundleReads(engine).read().all == [make("w")]


def test_bundles_are_found_by_what_they_say(writes: CatalogueWrites, engine: Engine) -> None:
    for one in (make("x"), make("y", "退休")):
        writes.put_bundle(one)
    with reading(engine) as connection:
        assert find(connection, Bundle, "y") == make("y", "退休")
        assert listed(connection, Bundle, words="退休") == ([make("y", "退休")], 1)
        assert listed(connection, Bundle, words="孩子")[1] == 2


def test_only_items_that_may_be_shown_are_read(writes: CatalogueWrites, reads: CatalogueReads) -> None:
    for name, region in (("city", "990100"), ("east", "990101"), ("draft", "990100"), ("late", "990100")):
        last = date(2026, 3, 1) if name == "late" else None
        guide = ServiceItem(external_id=name, name=name, region=region, effective_to=last)
        writes.put(guide, [], Status.DRAFT if name == "draft" else Status.PUBLISHED)
    names = ("city", "east", "draft", "late", "none")
    assert set(reads.shown_items(names, None, TODAY)) == {"city", "east"}
    assert set(reads.shown_items(names, "990102", TODAY)) == {"city"}
    assert set(reads.shown_items(names, "990101", TODAY)) == {"city", "east"}
    assert reads.shown_items([], None, TODAY) == {}
    for place in (None, "990101", "990102"):
        shown = reads.shown_items(names, place, TODAY)
        assert reads.shown_regions(names, place, TODAY) == {
            name: one.record.region for name, one in shown.items()
        }
    assert reads.known("item", names) == {"city", "east", "draft", "late"}
    many = [f"n{number}" for number in range(1200)]
    assert set(reads.shown_items([*many, "city"], None, TODAY)) == {"city"}


@pytest.mark.parametrize("external_id", ["", "x" * 201])
def test_an_id_has_a_length(external_id: str) -> None:
    with pytest.raises(ValueError, match="external_id"):
        make(external_id)


NAMES = st.sampled_from("abcdef")


@given(st.dictionaries(NAMES, st.lists(NAMES, max_size=4)))
def test_a_circle_is_found_where_there_is_one(after: dict[str, list[str]]) -> None:
    circle = circle_in(after)
    assert all(later in after[one] for one, later in pairwise(circle))
    assert not circle or circle[0] == circle[-1]
    # Without one, names can be taken away one after the other, each waiting for none that is left.
    left = dict(after)
    while ready := [name for name, before in left.items() if not set(before) & set(left)]:
        for name in ready:
            del left[name]
    assert bool(circle) is bool(left)
