"""Public JSON shapes of recommendations."""

from __future__ import annotations

from pydantic import BaseModel

from apps.portal.service_refs import service_refs
from knowledge_base.contract import ServiceRef
from recommender.models import Recommended


class RecommendedItems(BaseModel):
    """Service items, best first; `personalized`: by what is known of the citizen."""

    items: list[ServiceRef]
    personalized: bool


def shown(recommended: Recommended) -> RecommendedItems:
    """A list as it goes out."""
    return RecommendedItems(items=service_refs(recommended), personalized=recommended.personalized)
