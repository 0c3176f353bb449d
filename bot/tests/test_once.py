"""What is worked out once is the same as what Rasa works out each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rasa.shared.utils.common
from jsonschema.exceptions import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.slots import Slot, TextSlot

from once import work_out_once

GOOD = {
    "events": [{"event": "slot", "name": "item", "value": "7", "timestamp": None}],
    "responses": [{"a": 1}],
}
BAD = [
    {"events": [{"event": "no such event"}], "responses": []},
    {"events": "none", "responses": []},
    {"events": [], "responses": ["text"]},
]


@pytest.fixture(autouse=True)
def as_rasa_has_it() -> Iterator[None]:
    check, subclasses = RemoteAction._validate_action_result, rasa.shared.utils.common.all_subclasses
    yield
    RemoteAction._validate_action_result = check
    rasa.shared.utils.common.all_subclasses = subclasses


@pytest.fixture
def action() -> RemoteAction:
    return RemoteAction("action_ask", None)


def test_a_reply_of_the_right_form_passes_as_before(action: RemoteAction) -> None:
    assert action._validate_action_result(GOOD)
    work_out_once()
    assert action._validate_action_result(GOOD)


@pytest.mark.parametrize("reply", BAD)
def test_a_reply_of_another_form_fails_as_before(action: RemoteAction, reply: dict[str, object]) -> None:
    for _ in range(2):
        with pytest.raises(ValidationError):
            action._validate_action_result(reply)
        work_out_once()


def test_events_and_slots_are_found_by_name_as_before() -> None:
    before = set(rasa.shared.utils.common.all_subclasses(Event))
    work_out_once()
    assert set(rasa.shared.utils.common.all_subclasses(Event)) == before
    assert Event.resolve_by_type("slot") is SlotSet
    assert Event.resolve_by_type("user") is UserUttered
    assert Slot.resolve_by_type("text") is TextSlot
    with pytest.raises(ValueError, match="no such"):
        Event.resolve_by_type("no such")


def test_doing_it_twice_is_doing_it_once() -> None:
    work_out_once()
    first = rasa.shared.utils.common.all_subclasses
    work_out_once()
    assert rasa.shared.utils.common.all_subclasses is first
    assert Domain.empty() is not None
