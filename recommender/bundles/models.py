"""The words of bundles as a citizen meets them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.catalogue.models import ServiceItem
from recommender.eligibility import Assessment


class StepState(StrEnum):
    """Where a step of a bundle stands for a citizen."""

    DONE = "done"
    READY = "ready"
    WAITS = "waits"
    NOT_NEEDED = "not_needed"
    NOT_ELIGIBLE = "not_eligible"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step.

    Attributes:
        after: External ids of steps of the same plan that have to be done before.
        reason: Why it waits, is not needed, or is not for this citizen yet, in Chinese; else empty.
        note: Whom it concerns where that is not known, and the bundle's own words; may be empty.
    """

    item: ServiceItem
    state: StepState
    after: tuple[str, ...]
    optional: bool
    reason: str
    note: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class MergedMaterial:
    """A material of one or several steps.

    Attributes:
        copies: The largest number that one of them asks for; None where none says.
        original: As in `core.catalogue.models.Material`, for all of them together.
        required: One of them cannot do without it.
        items: External ids of the steps that need it, in their order.
        remarks: What each of them wants where they differ or say more, in Chinese.
    """

    name: str
    copies: int | None
    original: str | None
    required: bool
    items: tuple[str, ...]
    remarks: tuple[str, ...]
