"""Search, service items, about, probes and the description of the interface."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from core.errors import DeadlineExceeded, Unavailable


async def test_search_gives_hits_in_the_public_shape(portal: Any, citizen: httpx.AsyncClient) -> None:
    response = await citizen.get(
        "/api/search", params={"q": "居住证 13812345678", "k": 5, "region": "990100"}
    )
    assert response.json() == {
        "hits": [
            {
                "document_id": None, "external_id": "jzz", "item_id": 12, "title": "居住证申领",
                "agency": None, "text": "材料", "score": 0.9,
            }
        ],
        "took_ms": 3.5,
    }  # fmt: skip
    assert portal.knowledge.searched == [("居住证 〔电话号码〕", 5, "990100")]


@pytest.mark.parametrize(
    "query",
    [
        "", "?q=", "?q=%20", "?q=a&k=0", "?q=a&k=51", "?q=a&region=x", "?q=a%00", "?q=%00",
        "?q=a&region=99010%00", "?q=" + "a" * 2001,
    ],
)  # fmt: skip
async def test_wrong_search_is_422(citizen: httpx.AsyncClient, query: str) -> None:
    response = await citizen.get(f"/api/search{query}")
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_input")


@pytest.mark.parametrize(("error", "status"), [(Unavailable("x"), 503), (DeadlineExceeded("x"), 504)])
async def test_search_without_knowledge_service_is_an_error(
    portal: Any, citizen: httpx.AsyncClient, error: Exception, status: int
) -> None:
    portal.knowledge.error = error
    assert (await citizen.get("/api/search?q=a")).status_code == status


async def test_items_are_listed_with_filters(portal: Any, citizen: httpx.AsyncClient) -> None:
    query: dict[str, str | int] = {
        "q": "居住",
        "theme": "户籍",
        "agency": "示例市公安局",
        "region": "990101",
        "limit": 5,
    }
    body = (await citizen.get("/api/items", params=query)).json()
    assert body["total"] == 1
    assert body["items"][0]["item_id"] == 12
    assert body["items"][0]["name"] == "居住证申领"
    assert portal.catalogue.filters == {**query, "offset": 0, "today": date(2026, 3, 2)}


async def test_item_shows_its_whole_guide(citizen: httpx.AsyncClient) -> None:
    body = (await citizen.get("/api/items/12")).json()
    assert body["item_id"] == 12
    assert body["guide"]["name"] == "居住证申领"
    assert body["guide"]["materials"][0]["name"] == "居民身份证"
    assert body["guide"]["fee"] is None


@pytest.mark.parametrize(("path", "status"), [("13", 404), ("99", 404), ("x", 422), ("9999999999999", 422)])
async def test_item_that_is_not_shown_is_not_there(
    citizen: httpx.AsyncClient, path: str, status: int
) -> None:
    assert (await citizen.get(f"/api/items/{path}")).status_code == status


async def test_about_names_city_and_hotline(make_portal: Any) -> None:
    portal = make_portal(city_name="甲市", hotline="12388", web_deadline_s=6.0)
    portal.catalogue.demo = False
    body = (await portal.citizen().get("/api/about")).json()
    assert body == {"city_name": "甲市", "hotline": "12388", "deadline_s": 6.0, "demo": False}


async def test_demonstration_data_are_said_to_be_so(citizen: httpx.AsyncClient) -> None:
    assert (await citizen.get("/api/about")).json()["demo"] is True


async def test_interface_is_described(citizen: httpx.AsyncClient) -> None:
    document = (await citizen.get("/api/openapi.json")).json()
    assert {"/api/chat", "/api/conversation", "/api/search", "/api/items", "/api/items/{item_id}"} <= set(
        document["paths"]
    )
    chat = document["paths"]["/api/chat"]["post"]
    assert "text" in chat["requestBody"]["content"]["application/json"]["schema"]["properties"]
