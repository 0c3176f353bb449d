"""The route of what is recommended to a citizen."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from apps.portal.limits import Budget
from apps.portal.recommendation_wire import RecommendedItems, shown
from apps.portal.services import WHILE_ON, ServicesOf, limited
from apps.portal.wire import LARGEST_ID, RegionCode, errors

router = APIRouter(prefix="/api", tags=["recommendations"])
MOST = 20
ItemId = Annotated[int, Query(ge=1, le=LARGEST_ID)]


@router.get(
    "/recommendations", dependencies=[WHILE_ON, limited(Budget.SEARCH)], responses=errors(422, 429, 503)
)
async def recommendations(
    request: Request,
    services: ServicesOf,
    k: Annotated[int, Query(ge=1, le=MOST)] = 5,
    personal: bool = True,
    context: ItemId | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> RecommendedItems:
    """Service items for this browser's citizen, or, without their consent, what is popular."""
    citizen = services.cookies.conversation(request)
    around = () if context is None else (context,)
    return shown(await services.recommending.recommend(citizen, region, k, around, personal))
