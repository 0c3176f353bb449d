"""Recommended items as they are sent. Pure."""

from __future__ import annotations

from knowledge_base.contract import ServiceRef
from knowledge_base.eligibility_ref import EligibilityRef
from recommender.eligibility import Assessment
from recommender.models import Recommendation, Recommended


def service_refs(found: Recommended) -> list[ServiceRef]:
    """All of them in their order."""
    return list(map(_ref, found.items))


def eligibility_ref(found: Assessment) -> EligibilityRef:
    """A verdict with its sentence."""
    verdict = found.verdict
    return EligibilityRef(
        verdict=verdict.verdict,
        met=verdict.met,
        total=verdict.total,
        missing=list(verdict.missing),
        text=found.text,
    )


def _ref(one: Recommendation) -> ServiceRef:
    item = one.item
    return ServiceRef(
        item_id=item.id,
        name=item.name,
        agency=item.agency,
        theme=item.theme,
        reason=one.reason,
        source=one.source,
        eligibility=eligibility_ref(one.assessment),
        url=item.url,
    )
