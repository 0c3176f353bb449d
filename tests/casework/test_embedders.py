"""The embedders that there are, each under the port's contract."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import cast

import httpx
import numpy as np
import pytest
from starlette.testclient import TestClient

from casework.ports import MOST_TEXTS, Embedder
from core.errors import DeadlineExceeded, Unavailable
from knowledge_base import contract
from knowledge_base.client import EmbedClient
from knowledge_base.contract import EmbedReply, EmbedRequest
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.service.app import create_app
from tests.casework.conftest import Twin
from tests.casework.embedders import EmbedderContract
from tests.knowledge_base.test_service import TOKEN, FakeKnowledge


class Embedding(FakeKnowledge):
    """A knowledge base that embeds by bigrams."""

    def embed(self, request: EmbedRequest) -> EmbedReply:
        vectors = HashEmbedder(32).queries(request.texts).astype("<f4")
        packed = base64.b64encode(vectors.tobytes()).decode()
        return EmbedReply(model="hash", dimension=32, vectors=packed)


class TestTwin(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return Twin()


class TestOverHttp(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Iterator[Embedder]:
        with TestClient(create_app(Embedding, TOKEN), base_url="http://knowledge") as http:
            yield EmbedClient(cast("httpx.Client", http), "http://knowledge", TOKEN)


def test_both_sides_mean_the_same_bound() -> None:
    assert MOST_TEXTS == contract.MOST_TEXTS


@pytest.mark.parametrize("texts", [[], [""], ["字" * 2001], ["字"] * 65, "字", None])
def test_service_refuses_what_is_out_of_bounds(texts: Sequence[str] | None) -> None:
    with TestClient(create_app(Embedding, TOKEN)) as http:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert http.post("/embed", json={"texts": texts}, headers=headers).status_code == 422


def test_service_embeds_for_nobody_without_the_token() -> None:
    with TestClient(create_app(Embedding, TOKEN)) as http:
        assert http.post("/embed", json={"texts": ["居住证"]}).status_code == 401


def answering(respond: httpx.MockTransport) -> EmbedClient:
    return EmbedClient(httpx.Client(transport=respond), "http://knowledge", TOKEN)


@pytest.mark.parametrize("vectors", ["***", "", base64.b64encode(b"12345").decode()])
def test_unreadable_vectors_are_no_vectors(vectors: str) -> None:
    reply = {"model": "m", "dimension": 2, "vectors": vectors}
    client = answering(httpx.MockTransport(lambda _: httpx.Response(200, json=reply)))
    with pytest.raises(Unavailable):
        client.embed(["居住证"])


def test_slow_and_absent_service_are_told_apart() -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    def absent(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("absent")

    with pytest.raises(DeadlineExceeded):
        answering(httpx.MockTransport(slow)).embed(["居住证"])
    with pytest.raises(Unavailable):
        answering(httpx.MockTransport(absent)).embed(["居住证"])


def test_vectors_are_those_of_the_model() -> None:
    with TestClient(create_app(Embedding, TOKEN), base_url="http://knowledge") as http:
        _, vectors = EmbedClient(cast("httpx.Client", http), "http://knowledge", TOKEN).embed(
            ["居住证", "社保卡"]
        )
    np.testing.assert_array_equal(vectors, HashEmbedder(32).queries(["居住证", "社保卡"]))
