"""What the page shows before anything is asked: hot questions and districts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from core.catalogue.keys import RecordKey
from core.catalogue.models import ServiceItem, Status
from core.catalogue.records import StoredRecord


def record(number: int, theme: str, variants: int = 0, **fields: Any) -> StoredRecord:
    item = ServiceItem(
        external_id=f"i{number:02}",
        name=f"事项{number}",
        theme=theme,
        **{
            "region": "990100",
            "question_variants": [f"怎么办{number}-{n}" for n in range(variants)],
            **fields,
        },
    )
    return StoredRecord(RecordKey("item", number), item.external_id, 1, 1, Status.PUBLISHED, item.name, item)


async def names(citizen: httpx.AsyncClient, query: str = "") -> list[str]:
    return [one["name"] for one in (await citizen.get(f"/api/hot{query}")).json()["items"]]


async def test_hot_item_comes_with_a_question(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.catalogue.more = [record(20, "社保", variants=2)]
    body = (await citizen.get("/api/hot?region=990101")).json()
    assert body["items"] == [
        {
            "item_id": 12, "external_id": "jzz", "name": "居住证申领", "agency": "示例市公安局",
            "region": "990100", "theme": "户籍", "summary": None, "url": "/api/items/12",
            "question": "居住证申领怎么办理",
        },
        {
            "item_id": 20, "external_id": "i20", "name": "事项20", "agency": None, "region": "990100",
            "theme": "社保", "summary": None, "url": "/api/items/20", "question": "怎么办20-0",
        },
    ]  # fmt: skip
    assert portal.catalogue.filters["region"] == "990101"


async def test_hot_items_are_eight_over_different_themes(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.catalogue.more = [record(number, f"主题{number % 4}", number % 3) for number in range(20, 40)]
    first = await names(citizen)
    assert len(first) == 8
    # Of the larger themes first one each, then one more of each.
    assert [int(name[2:]) % 4 for name in first[:4]] == [0, 1, 2, 3]
    assert "居住证申领" in first
    portal.catalogue.more.reverse()
    portal.catalogue.revision = 2
    assert await names(citizen) == first


async def test_hot_items_follow_the_catalogue(portal: Any, citizen: httpx.AsyncClient) -> None:
    assert await names(citizen) == ["居住证申领"]
    portal.catalogue.more = [record(20, "社保")]
    assert await names(citizen) == ["居住证申领"]
    portal.catalogue.revision = 2
    assert await names(citizen) == ["居住证申领", "事项20"]


@pytest.mark.parametrize(
    "fields", [{"sensitive": True}, {"audience": ["法人"]}, {"region": "990101"}], ids=str
)
async def test_not_for_everybody_is_not_hot(
    portal: Any, citizen: httpx.AsyncClient, fields: dict[str, Any]
) -> None:
    portal.catalogue.more = [record(20, "社保", 5, **fields)]
    assert await names(citizen) == ["居住证申领"]


async def test_district_s_own_items_are_hot_in_it(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.catalogue.more = [record(20, "社保", region="990101")]
    assert "事项20" in await names(citizen, "?region=990101")


async def test_unknown_region_counts_as_none(portal: Any, citizen: httpx.AsyncClient) -> None:
    await names(citizen, "?region=110101")
    assert portal.catalogue.filters["region"] is None


@pytest.mark.parametrize("query", ["?region=x", "?region=99010%00", "?region="])
async def test_wrong_region_is_422(citizen: httpx.AsyncClient, query: str) -> None:
    assert (await citizen.get(f"/api/hot{query}")).status_code == 422


async def test_districts_are_listed_without_the_city(citizen: httpx.AsyncClient) -> None:
    assert (await citizen.get("/api/regions")).json() == {
        "regions": [{"code": "990101", "name": "东区"}, {"code": "990102", "name": "西区"}]
    }


async def test_empty_catalogue_has_nothing_hot(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.catalogue.item = replace(
        portal.catalogue.item, record=replace(portal.catalogue.item.record, sensitive=True)
    )
    assert await names(citizen) == []
