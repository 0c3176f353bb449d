"""From a bundle and its items to what a citizen is shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from apps.portal.service_refs import eligibility_ref
from core.catalogue.bundles import Bundle
from core.catalogue.models import ServiceItem
from core.catalogue.records import StoredRecord
from knowledge_base.bundle_parts import BundleContent, BundleMaterial, BundleStep
from recommender.bundles.checklist import checklist
from recommender.bundles.models import MergedMaterial, PlannedStep
from recommender.bundles.planning import plan
from recommender.conditions import PlaceName
from recommender.models import CitizenState


def content_of(
    bundle: Bundle, shown: Mapping[str, StoredRecord], state: CitizenState, place: PlaceName
) -> BundleContent:
    """The steps and materials of a bundle.

    Args:
        shown: Its items that may be shown, by external id.
        state: What is known of the citizen.
        place: Names districts by their codes.
    """
    items = {name: one.record for name, one in shown.items() if isinstance(one.record, ServiceItem)}
    numbers = {name: one.key.id for name, one in shown.items()}
    done = {name for name, number in numbers.items() if number in state.done}
    steps = plan(bundle, items, state.facts, done, place)
    return BundleContent(
        bundle_id=bundle.external_id,
        name=bundle.name,
        summary=bundle.summary,
        demo=bundle.demo,
        steps=[_step(one, numbers) for one in steps],
        materials=[_material(one, numbers) for one in checklist(steps)],
    )


def _step(one: PlannedStep, numbers: Mapping[str, int]) -> BundleStep:
    return BundleStep(
        item_id=numbers[one.item.external_id],
        name=one.item.name,
        agency=one.item.agency,
        state=one.state.value,
        optional=one.optional,
        after=[numbers[name] for name in one.after],
        reason=one.reason,
        note=one.note,
        eligibility=eligibility_ref(one.assessment),
    )


def _material(one: MergedMaterial, numbers: Mapping[str, int]) -> BundleMaterial:
    return BundleMaterial(
        name=one.name,
        copies=one.copies,
        original=one.original,
        required=one.required,
        items=[numbers[name] for name in one.items],
        remarks=list(one.remarks),
    )
