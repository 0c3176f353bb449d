"""Routes of search and of the service items' guides."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from apps.portal.limits import Budget
from apps.portal.services import WHILE_ON, ServicesOf, limited
from apps.portal.wire import (
    LARGEST_ID,
    Hit,
    ItemGuide,
    ItemList,
    ItemSummary,
    Plain,
    RegionCode,
    SearchResult,
    errors,
)
from core.catalogue.keys import RecordKey
from core.catalogue.models import ServiceItem, Status
from core.catalogue.records import StoredRecord
from core.errors import NotFound
from core.text.masking import mask
from core.text.slash import neutralise
from knowledge_base.contract import MAX_QUESTION

router = APIRouter(prefix="/api", tags=["catalogue"])
Filter = Annotated[Plain, Query(min_length=1, max_length=200)]
Region = Annotated[RegionCode, Query()]


@router.get("/search", dependencies=[WHILE_ON, limited(Budget.SEARCH)], responses=errors(422, 429, 503, 504))
async def search(
    services: ServicesOf,
    q: Annotated[Plain, Query(min_length=1, max_length=MAX_QUESTION, pattern=r"\S")],
    k: Annotated[int, Query(ge=1, le=50)] = 10,
    region: Region | None = None,
) -> SearchResult:
    """Passages of published documents and guides, best first."""
    reply = await services.knowledge.search(mask(neutralise(q))[:MAX_QUESTION] or q, k, region)
    hits = [Hit(**hit.model_dump(include=set(Hit.model_fields))) for hit in reply.hits]
    return SearchResult(hits=hits, took_ms=reply.took_ms)


@router.get("/items", dependencies=[WHILE_ON], responses=errors(422, 503))
def items(
    services: ServicesOf,
    q: Filter | None = None,
    theme: Filter | None = None,
    agency: Filter | None = None,
    region: Region | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> ItemList:
    """Published service items, by name."""
    found, total = services.catalogue.items(
        q=q,
        theme=theme,
        agency=agency,
        region=region,
        today=services.clock.today(),
        limit=limit,
        offset=offset,
    )
    return ItemList(items=[summary(record) for record in found], total=total)


@router.get("/items/{item_id}", dependencies=[WHILE_ON], responses=errors(404, 422, 503))
def item(services: ServicesOf, item_id: Annotated[int, Field(ge=1, le=LARGEST_ID)]) -> ItemGuide:
    """The whole guide of a published service item."""
    key = RecordKey("item", item_id)
    version = services.catalogue.shown([key], None, services.clock.today()).get(key)
    stored = services.catalogue.record(key) if version is not None else None
    # Between the two reads it may have been changed, or taken from citizens.
    if stored is None or stored.status is not Status.PUBLISHED or stored.version != version:
        raise NotFound()
    return ItemGuide(item_id=item_id, version=stored.version, url=_url(item_id), guide=_guide(stored))


def _guide(stored: StoredRecord) -> ServiceItem:
    if not isinstance(stored.record, ServiceItem):
        raise NotFound()
    return stored.record


def summary(stored: StoredRecord) -> ItemSummary:
    """A service item as it stands in a list."""
    guide = _guide(stored)
    return ItemSummary(
        item_id=stored.key.id,
        external_id=stored.external_id,
        name=guide.name,
        agency=guide.agency,
        region=guide.region,
        theme=guide.theme,
        summary=guide.summary,
        url=_url(stored.key.id),
    )


def _url(item_id: int) -> str:
    return f"/api/items/{item_id}"
