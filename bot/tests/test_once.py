"""What is worked out once is the same as what Rasa works out each time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasa.shared.utils.common
import scipy.sparse
from aiohttp import web
from jsonschema.exceptions import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.slots import Slot, TextSlot
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.endpoints import EndpointConfig

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
    process, session = LogisticRegressionClassifier.process, EndpointConfig.session
    yield
    EndpointConfig.session = session
    LogisticRegressionClassifier.process = process
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


def test_intents_are_told_as_before(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    config = LogisticRegressionClassifier.get_default_config()
    classifier = LogisticRegressionClassifier(config, "classifier", storage, Resource("classifier"))
    rows = np.random.default_rng(1).random((9, 40))
    classifier.clf.fit(scipy.sparse.csr_matrix(rows), ["a", "b", "c"] * 3)

    def told() -> list[dict[str, object]]:
        message = Message(data={"text": "x"})
        features = scipy.sparse.coo_matrix(rows[:1])
        message.add_features(Features(features, "sentence", "text", "counts"))
        classifier.process([message])
        ranking: list[dict[str, object]] = message.get("intent_ranking")
        return ranking

    before = told()
    work_out_once()
    assert told() == before
    assert classifier.clf.coef_.flags.f_contiguous


def test_calls_of_an_action_server_share_a_connection_and_outlive_its_restart() -> None:
    work_out_once()
    seen: list[object] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.transport)
        return web.json_response(await request.json())

    async def serve(port: int) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        return runner

    async def call() -> None:
        first = await serve(0)
        port = first.addresses[0][1]
        endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook", token="t")
        assert [await endpoint.request(json={"n": n}) for n in range(3)] == [{"n": n} for n in range(3)]
        await first.cleanup()
        second = await serve(port)
        assert await endpoint.request(json={"n": 3}) == {"n": 3}
        await second.cleanup()
        async with endpoint.session() as session:
            await session.close()

    asyncio.run(call())
    assert len(set(seen[:3])) == 1
    assert seen[3] is not seen[0]


def test_doing_it_twice_is_doing_it_once() -> None:
    work_out_once()
    first = rasa.shared.utils.common.all_subclasses
    work_out_once()
    assert rasa.shared.utils.common.all_subclasses is first
    assert Domain.empty() is not None
