"""How much an interaction says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.interactions import HALF_LIVES, WEIGHTS
from recommender.interactions.weights import InteractionWeights
from recommender.models import SPEAKING, Interaction, InteractionType, Origin

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WEIGH = InteractionWeights()


def one(
    kind: InteractionType, origin: Origin = Origin.CLIENT, days: float = 0, value: float | None = None
) -> Interaction:
    return Interaction("e", 1, kind, origin, NOW - timedelta(days=days), value)


def weight(interaction: Interaction) -> float:
    return WEIGH.of(interaction, NOW.timestamp())


def test_what_is_set_are_the_types_there_are() -> None:
    declared = {"apply_declared", "finish_declared"}
    assert set(WEIGHTS) == set(HALF_LIVES) == {one.value for one in SPEAKING} | declared


def test_a_question_says_more_than_a_click_and_an_agency_most() -> None:
    asked = weight(one(InteractionType.ASK, Origin.SERVER))
    clicked = weight(one(InteractionType.CLICK))
    applied = weight(one(InteractionType.APPLY, Origin.AGENCY))
    assert 0 < clicked < asked < applied


@pytest.mark.parametrize("kind", [InteractionType.APPLY, InteractionType.FINISH])
def test_what_a_citizen_declares_says_no_more_than_a_click(kind: InteractionType) -> None:
    assert weight(one(kind)) <= weight(one(InteractionType.CLICK))


@pytest.mark.parametrize(("value", "says"), [(1, -2.0), (2, -1.0), (3, 0.0), (4, 1.0), (5, 2.0)])
def test_a_rating_says_what_it_is(value: float, says: float) -> None:
    assert weight(one(InteractionType.RATE, value=value)) == says


@pytest.mark.parametrize("kind", [InteractionType.DISMISS, InteractionType.VIEW])
def test_a_dismissal_and_a_view_say_nothing(kind: InteractionType) -> None:
    assert weight(one(kind)) == 0.0


@given(st.sampled_from(sorted(SPEAKING)))
def test_after_its_half_life_it_says_half(kind: InteractionType) -> None:
    name = kind.value if kind.value not in ("apply", "finish") else f"{kind}_declared"
    young, old = one(kind, value=5), one(kind, days=HALF_LIVES[name], value=5)
    assert weight(old) == pytest.approx(weight(young) / 2)


def test_what_is_dated_in_the_future_says_no_more_than_now() -> None:
    assert weight(one(InteractionType.CLICK, days=-400)) == weight(one(InteractionType.CLICK))
