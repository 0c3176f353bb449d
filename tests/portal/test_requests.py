"""What the portal refuses, and how it says so."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest


def code(response: httpx.Response) -> str:
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    return str(body["error"]["code"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "   \n"},
        {"text": "长" * 2001},
        {"text": 5},
        {"text": None},
        {"text": "a", "payload": "b"},
        {"payload": ""},
        {"payload": "x" * 201},
        {"payload": "x\0"},
        {"text": "a", "client_message_id": ""},
        {"text": "a", "client_message_id": "x" * 65},
        {"text": "a", "client_message_id": "x\0"},
        {"text": "a", "region": "99"},
        {"text": "a", "region": "99010\0"},
        [],
        "text",
    ],
)
async def test_wrong_fields_are_422(portal: Any, citizen: httpx.AsyncClient, body: Any) -> None:
    response = await citizen.post("/api/chat", json=body)
    assert response.status_code == 422
    assert code(response) == "bad_input"
    assert portal.rasa.seen == []


@pytest.mark.parametrize("field", ["text", "payload"])
async def test_half_a_character_is_422(portal: Any, citizen: httpx.AsyncClient, field: str) -> None:
    content = b'{"%s": "x\\ud800"}' % field.encode()
    headers = {"content-type": "application/json"}
    response = await citizen.post("/api/chat", content=content, headers=headers)
    assert (response.status_code, code(response)) == (422, "bad_input")


async def test_a_nul_in_the_text_is_dropped(portal: Any, citizen: httpx.AsyncClient) -> None:
    response = await citizen.post("/api/chat", json={"text": "居\0住证"})
    assert response.status_code == 200
    assert portal.rasa.messages == ["居住证"]


@pytest.mark.parametrize("name", ["q", "theme", "agency", "region"])
async def test_a_nul_in_a_filter_is_422(portal: Any, citizen: httpx.AsyncClient, name: str) -> None:
    response = await citizen.get(f"/api/items?{name}=99010%00")
    assert (response.status_code, code(response)) == (422, "bad_input")
    assert portal.catalogue.filters == {}


async def test_text_of_slashes_only_is_400(portal: Any, citizen: httpx.AsyncClient) -> None:
    response = await citizen.post("/api/chat", json={"text": "／／"})
    assert (response.status_code, code(response)) == (400, "bad_input")
    assert portal.rasa.seen == []


async def test_longest_text_is_taken(portal: Any, citizen: httpx.AsyncClient) -> None:
    response = await citizen.post("/api/chat", json={"text": " " + "长" * 2000 + " "})
    assert response.status_code == 200
    assert len(portal.rasa.messages[0]) == 2000


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_other_than_json_is_415(citizen: httpx.AsyncClient, kind: str) -> None:
    response = await citizen.post("/api/chat", content=b'{"text": "a"}', headers={"content-type": kind})
    assert (response.status_code, code(response)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 10_000, b""])
async def test_unreadable_json_is_400(citizen: httpx.AsyncClient, content: bytes) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    response = await citizen.post("/api/chat", content=content, headers=headers)
    assert (response.status_code, code(response)) == (400, "bad_json")


async def test_large_body_is_413_with_and_without_a_length(citizen: httpx.AsyncClient) -> None:
    large = json.dumps({"text": "a", "more": "x" * 17_000}).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(large), 1000):
            yield large[at : at + 1000]

    headers = {"content-type": "application/json"}
    for content in (large, chunks()):
        response = await citizen.post("/api/chat", content=content, headers=headers)
        assert (response.status_code, code(response)) == (413, "too_large")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://portal.evil.example", "http://portal:81"]
)
async def test_page_of_another_site_is_403(portal: Any, citizen: httpx.AsyncClient, origin: str) -> None:
    response = await citizen.post("/api/chat", json={"text": "a"}, headers={"origin": origin})
    assert (response.status_code, code(response)) == (403, "foreign_origin")
    assert portal.rasa.seen == []


async def test_own_page_is_taken(citizen: httpx.AsyncClient) -> None:
    response = await citizen.post("/api/chat", json={"text": "a"}, headers={"origin": "http://Portal"})
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing", "/static/nothing.js", "/static/../app.py"])
async def test_unknown_address_is_404(citizen: httpx.AsyncClient, path: str) -> None:
    response = await citizen.get(path)
    assert (response.status_code, code(response)) == (404, "not_found")


async def test_wrong_method_is_405(citizen: httpx.AsyncClient) -> None:
    response = await citizen.get("/api/chat")
    assert (response.status_code, code(response)) == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


async def test_every_method_of_an_address_is_named(citizen: httpx.AsyncClient) -> None:
    response = await citizen.post("/api/consents", json={})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, PUT")


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/api/about", "/api/nothing", "/api/items/x"])
async def test_every_response_has_the_security_headers(citizen: httpx.AsyncClient, path: str) -> None:
    headers = (await citizen.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    if path.startswith("/api"):
        assert headers["cache-control"] == "no-store"


async def test_https_is_asked_for_again_where_it_is_https(portal: Any) -> None:
    response = await portal.citizen(base_url="https://portal").post("/api/chat", json={"text": "a"})
    assert response.headers["strict-transport-security"] == "max-age=31536000"
    assert "secure" in response.headers["set-cookie"].lower()


CHANGING = [
    ("POST", "/api/chat"),
    ("POST", "/api/feedback"),
    ("POST", "/api/inbox/read"),
    ("POST", "/api/inbox/stop"),
    ("POST", "/api/interactions"),
    ("POST", "/api/ratings"),
    ("PUT", "/api/consents"),
    ("PUT", "/api/profile"),
    ("PUT", "/api/subscriptions"),
    ("DELETE", "/api/me"),
]


async def test_every_route_that_changes_something_is_looked_at_below(citizen: httpx.AsyncClient) -> None:
    paths = (await citizen.get("/api/openapi.json")).json()["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert {one for one in described if one[0] != "GET"} == set(CHANGING)


@pytest.mark.parametrize(("method", "path"), CHANGING)
async def test_no_other_site_s_page_changes_anything(
    portal: Any, citizen: httpx.AsyncClient, method: str, path: str
) -> None:
    await citizen.post("/api/chat", json={"text": "居住证"})
    before = portal.dump()
    response = await citizen.request(method, path, json={}, headers={"origin": "http://evil.example"})
    assert (response.status_code, code(response)) == (403, "foreign_origin")
    assert (portal.dump(), portal.rows("erasure")) == (before, [])


@pytest.mark.parametrize(("method", "path"), [one for one in CHANGING if one[0] != "DELETE"])
async def test_every_body_is_json_and_small(citizen: httpx.AsyncClient, method: str, path: str) -> None:
    plain = await citizen.request(method, path, content=b"{}", headers={"content-type": "text/plain"})
    assert (plain.status_code, code(plain)) == (415, "unsupported_media_type")
    large = await citizen.request(method, path, json={"text": "x" * 17_000})
    assert (large.status_code, code(large)) == (413, "too_large")


async def test_described_bodies_hold_no_reference_that_leads_nowhere(citizen: httpx.AsyncClient) -> None:
    document = (await citizen.get("/api/openapi.json")).json()
    targets = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert targets <= schemas
