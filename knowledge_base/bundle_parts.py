"""The wire types of life events as bundles: of a reply's part, of the portal's messages and of its routes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge_base.eligibility_ref import EligibilityRef


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, serialize_by_alias=True, populate_by_name=True)


class BundleStep(_Wire):
    """A service item of a bundle; `after` are item ids of the same bundle."""

    item_id: int
    name: str
    agency: str | None = None
    state: Literal["done", "ready", "waits", "not_needed", "not_eligible"]
    optional: bool = False
    after: list[int] = []
    reason: str = ""
    note: str = ""
    eligibility: EligibilityRef


class BundleMaterial(_Wire):
    """A material of the items with the ids `for`; `remarks` say what each of them wants where they differ."""

    name: str
    copies: int | None = None
    original: str | None = None
    required: bool = True
    items: list[int] = Field(alias="for")
    remarks: list[str] = []


class BundleContent(_Wire):
    """A life event with its steps in order and one list of the materials of all."""

    bundle_id: str
    name: str
    summary: str | None = None
    demo: bool = False
    steps: list[BundleStep]
    materials: list[BundleMaterial]


class BundlePart(BundleContent):
    """A life event that the conversation shows, offered once. Only the portal offers one."""

    kind: Literal["bundle"] = "bundle"
    text: str
