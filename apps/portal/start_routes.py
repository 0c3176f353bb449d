"""Routes of what the page shows before anything is asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from apps.portal.catalogue_routes import summary
from apps.portal.popular import question_about
from apps.portal.services import WHILE_ON, ServicesOf
from apps.portal.wire import About, Availability, District, Districts, HotItem, HotItems, RegionCode, errors
from core.catalogue.models import ServiceItem
from core.catalogue.records import StoredRecord

router = APIRouter(prefix="/api", tags=["start"])


@router.get("/about")
def about(services: ServicesOf) -> About:
    """Whose assistant this is."""
    return services.about.model_copy(update={"demo": services.catalogue.holds_demo()})


@router.get("/hot", dependencies=[WHILE_ON], responses=errors(422, 503))
def hot(services: ServicesOf, region: Annotated[RegionCode | None, Query()] = None) -> HotItems:
    """Service items that many ask for, with a question to each."""
    return HotItems(items=[_hot(record) for record in services.popular.items(region)])


@router.get("/regions", responses=errors(503))
def regions(services: ServicesOf) -> Districts:
    """Districts that a citizen may choose, by code; `region` of other routes takes their codes."""
    found = [one for one in services.catalogue.regions() if not one.code.endswith("00")]
    return Districts(regions=[District(code=one.code, name=one.name) for one in found])


@router.get("/availability")
async def availability(services: ServicesOf) -> Availability:
    """Whether questions are answered now; where not, what citizens are told."""
    off = await services.switch.off()
    return Availability(open=off is None, message=off.message if off else None)


def _hot(record: StoredRecord) -> HotItem:
    question = question_about(record.record) if isinstance(record.record, ServiceItem) else record.title
    return HotItem(**summary(record).model_dump(), question=question)
