"""Routes of life events as bundles."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel

from apps.portal.bundles import ListedBundle
from apps.portal.services import WHILE_ON, Services, ServicesOf
from apps.portal.wire import Plain, RegionCode, errors
from knowledge_base.bundle_parts import BundleContent

router = APIRouter(prefix="/api", tags=["catalogue"])
Region = Annotated[RegionCode, Query()]


class BundleName(BaseModel):
    """A life event, how many service items it has, and whether what the citizen told shows it."""

    bundle_id: str
    name: str
    summary: str | None
    count: int
    yours: bool


class BundleList(BaseModel):
    """Life events by external id, those that are `yours` first."""

    bundles: list[BundleName]


@router.get("/bundles", dependencies=[WHILE_ON], responses=errors(422, 503))
async def bundles(request: Request, services: ServicesOf, region: Region | None = None) -> BundleList:
    """The life events that may be shown in the district, else in that of the conversation."""
    citizen, place = await _whose(request, services, region)
    return BundleList(bundles=list(map(_named, await services.suggesting.events.listed(citizen, place))))


@router.get("/bundles/{bundle_id}", dependencies=[WHILE_ON], responses=errors(404, 422, 503))
async def bundle(
    request: Request,
    services: ServicesOf,
    bundle_id: Annotated[Plain, Path(min_length=1, max_length=200)],
    region: Region | None = None,
) -> BundleContent:
    """A life event: steps in order with where each stands, and one list of materials."""
    citizen, place = await _whose(request, services, region)
    return await services.suggesting.events.content(bundle_id, citizen, place)


async def _whose(request: Request, services: Services, region: str | None) -> tuple[str | None, str | None]:
    """The conversation, if any, and the district that was asked for or that it is in."""
    citizen = services.cookies.conversation(request)
    if region is None and citizen is not None:
        region = await run_sync(services.conversations.region, citizen)
    return citizen, region


def _named(one: ListedBundle) -> BundleName:
    of = one.bundle
    return BundleName(
        bundle_id=of.external_id, name=of.name, summary=of.summary, count=one.count, yours=one.yours
    )
