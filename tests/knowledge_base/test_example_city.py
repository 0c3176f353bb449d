"""The example city: complete, self-consistent, plainly fictitious."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
import yaml
from pydantic import TypeAdapter

from core.catalogue.models import Agency, Document, DocumentKind, Region, ServiceItem
from core.catalogue.rules import parse_rule

T = TypeVar("T")
CITY = Path(__file__).resolve().parents[2] / "examples" / "shili"
MAY_BE_EMPTY = {"effective_from", "effective_to"}
DISTRICTS = {f"99010{n}" for n in range(1, 6)}
SENTENCE_ENDS = re.compile(r"[。；]")


def _records(path: Path, key: str) -> list[dict[str, Any]]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    defaults = loaded.pop("defaults", {})
    return [{**defaults, **record} for record in loaded.get(key, [loaded])]


def _all(kind: type[T], pattern: str, key: str) -> list[T]:
    adapter = TypeAdapter(kind)
    found = [record for path in sorted(CITY.glob(pattern)) for record in _records(path, key)]
    return [adapter.validate_python(record) for record in found]


def _policy(path: Path) -> Document:
    _, header, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return TypeAdapter(Document).validate_python({**yaml.safe_load(header), "text": body.strip()})


@pytest.fixture(scope="module")
def items() -> list[ServiceItem]:
    return _all(ServiceItem, "guides/*.yaml", "items")


@pytest.fixture(scope="module")
def policies() -> list[Document]:
    return [_policy(path) for path in sorted((CITY / "policies").glob("*.md"))]


@pytest.fixture(scope="module")
def faq() -> list[Document]:
    return _all(Document, "faq/*.yaml", "documents")


@pytest.fixture(scope="module")
def agencies() -> list[Agency]:
    return _all(Agency, "agencies.yaml", "agencies")


@pytest.fixture(scope="module")
def regions() -> list[Region]:
    return _all(Region, "regions.yaml", "regions")


@pytest.fixture(scope="module")
def everything(
    items: list[ServiceItem],
    policies: list[Document],
    faq: list[Document],
    agencies: list[Agency],
    regions: list[Region],
) -> list[ServiceItem | Document | Agency | Region]:
    return [*items, *policies, *faq, *agencies, *regions]


def _links(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _links(part)
    elif isinstance(value, list):
        for part in value:
            yield from _links(part)
    elif isinstance(value, str):
        yield from re.findall(r"https?://[^\s）)」”，。；]+", value)


def _empty_fields(item: ServiceItem) -> list[str]:
    names = [part.name for part in fields(item) if part.name not in MAY_BE_EMPTY]
    return [name for name in names if getattr(item, name) in (None, "", [])]


def _shared(texts: list[tuple[str, str]]) -> dict[str, set[str]]:
    """Texts said by more than one item; `texts` are pairs of item and text."""
    said: dict[str, set[str]] = defaultdict(set)
    for owner, text in texts:
        said[text].add(owner)
    return {text: owners for text, owners in said.items() if len(owners) > 1}


def test_the_city_is_large_enough_to_demonstrate(
    items: list[ServiceItem],
    policies: list[Document],
    faq: list[Document],
    agencies: list[Agency],
    regions: list[Region],
) -> None:
    assert len(items) >= 60
    assert len(policies) >= 20
    assert len(faq) >= 40
    assert len(agencies) >= 12
    assert {region.code for region in regions} >= DISTRICTS


def test_no_field_of_a_guide_is_left_empty(items: list[ServiceItem]) -> None:
    assert {item.external_id: _empty_fields(item) for item in items if _empty_fields(item)} == {}


def test_every_place_can_be_found_called_and_visited(items: list[ServiceItem]) -> None:
    for item in items:
        for place in item.places:
            assert place.region in DISTRICTS, f"{item.external_id}: {place.name}"
            assert place.phone, f"{item.external_id}: {place.name}"
            assert place.hours, f"{item.external_id}: {place.name}"
            assert all(stretch.opens < stretch.closes for stretch in place.hours), place.name


def test_every_eligibility_rule_can_be_read(items: list[ServiceItem]) -> None:
    for item in items:
        assert item.eligibility is not None
        parse_rule(item.eligibility)


def test_every_agency_that_is_named_exists(
    items: list[ServiceItem], policies: list[Document], faq: list[Document], agencies: list[Agency]
) -> None:
    known = {agency.name for agency in agencies}
    assert {item.agency for item in items} == known
    assert {document.agency for document in (*policies, *faq)} <= known


def test_no_two_records_share_an_external_id(
    items: list[ServiceItem], policies: list[Document], faq: list[Document]
) -> None:
    for group in (items, [*policies, *faq]):
        identifiers = [record.external_id for record in group]
        assert len(set(identifiers)) == len(identifiers)
    codes = [item.code for item in items]
    assert len(set(codes)) == len(codes)


def test_no_two_guides_share_a_sentence_of_their_steps(items: list[ServiceItem]) -> None:
    said = [
        (item.external_id, sentence)
        for item in items
        for step in item.steps
        for sentence in SENTENCE_ENDS.split(step)
        if sentence
    ]
    assert _shared(said) == {}


def test_no_two_guides_ask_for_a_material_in_the_same_words(items: list[ServiceItem]) -> None:
    asked = [
        (item.external_id, f"{material.name}|{material.source}|{material.note}")
        for item in items
        for material in item.materials
    ]
    assert _shared(asked) == {}


def test_no_two_guides_claim_the_same_question(items: list[ServiceItem]) -> None:
    asked = [(item.external_id, text) for item in items for text in (*item.question_variants, *item.aliases)]
    assert _shared(asked) == {}


def test_every_link_is_under_the_reserved_domain(
    everything: list[ServiceItem | Document | Agency | Region],
) -> None:
    hosts = {urlsplit(link).hostname or "" for record in everything for link in _links(asdict(record))}
    assert hosts
    assert {host for host in hosts if not host.endswith(".example")} == set()


def test_everything_is_flagged_as_demonstration_data(
    everything: list[ServiceItem | Document | Agency | Region],
) -> None:
    assert [record for record in everything if not record.demo] == []


def test_every_policy_can_be_cited(policies: list[Document]) -> None:
    for policy in policies:
        told = (policy.title, policy.document_number, policy.published_on, policy.source_url)
        assert all(told), policy.external_id
        assert policy.kind is not DocumentKind.FAQ
        assert len(policy.text) >= 1000, policy.external_id
    numbers = [policy.document_number for policy in policies]
    assert len(set(numbers)) == len(numbers)


def test_every_faq_has_other_ways_to_ask_it(faq: list[Document]) -> None:
    for entry in faq:
        assert entry.kind is DocumentKind.FAQ
        assert entry.title, entry.external_id
        assert len(entry.question_variants) >= 2, entry.external_id


def test_items_about_disability_and_relief_are_never_recommended_unasked(items: list[ServiceItem]) -> None:
    sensitive = {item.external_id for item in items if item.sensitive}
    assert {"cl-cjrz", "mzj-dibao"} <= sensitive
