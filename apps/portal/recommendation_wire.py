"""Public JSON shapes of recommendations."""

from __future__ import annotations

from pydantic import BaseModel

from core.catalogue.rules import Eligibility
from recommender.models import Recommendation, Recommended


class EligibilityState(BaseModel):
    """How the told facts stand to the published conditions.

    `met` of `total` conditions are met; `missing` names the facts that would have to be told to know more.
    """

    verdict: Eligibility
    met: int
    total: int
    missing: list[str]
    text: str


class RecommendedItem(BaseModel):
    """A service item that is offered, why, and the source it comes from."""

    item_id: int
    name: str
    agency: str | None
    theme: str | None
    reason: str
    source: str
    eligibility: EligibilityState
    url: str | None


class RecommendedItems(BaseModel):
    """Service items, best first; `personalized`: by what is known of the citizen."""

    items: list[RecommendedItem]
    personalized: bool


def shown(recommended: Recommended) -> RecommendedItems:
    """A list as it goes out."""
    return RecommendedItems(
        items=[_item(one) for one in recommended.items], personalized=recommended.personalized
    )


def _item(one: Recommendation) -> RecommendedItem:
    verdict = one.assessment.verdict
    return RecommendedItem(
        item_id=one.item.id,
        name=one.item.name,
        agency=one.item.agency,
        theme=one.item.theme,
        reason=one.reason,
        source=one.source,
        eligibility=EligibilityState(
            verdict=verdict.verdict,
            met=verdict.met,
            total=verdict.total,
            missing=list(verdict.missing),
            text=one.assessment.text,
        ),
        url=one.item.url,
    )
