"""The wire type of a verdict on a service item, with recommendations and with bundles."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from core.catalogue.rules import Eligibility


class EligibilityRef(BaseModel):
    """How what is known of the citizen stands to the published conditions.

    Attributes:
        met, total: Conditions that are met, of all.
        missing: Names of the facts that would have to be told to know more.
        text: The sentence for the citizen.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    verdict: Eligibility
    met: int
    total: int
    missing: list[str] = []
    text: str
