"""What tests ask of results."""

from __future__ import annotations

from collections.abc import Sequence

from core.catalogue.models import Document, ServiceItem
from knowledge_base.importing.found import Found, Problem


def only(results: Sequence[Found | Problem]) -> Document:
    """The one document, of which nothing is wrong."""
    (found,) = results
    assert isinstance(found, Found), found
    assert isinstance(found.record, Document)
    return found.record


def items(results: Sequence[Found | Problem]) -> list[ServiceItem]:
    """The service items."""
    records = [one.record for one in results if isinstance(one, Found)]
    return [record for record in records if isinstance(record, ServiceItem)]


def documents(results: Sequence[Found | Problem]) -> list[Document]:
    """The documents."""
    records = [one.record for one in results if isinstance(one, Found)]
    return [record for record in records if isinstance(record, Document)]


def told(results: Sequence[Found | Problem]) -> list[tuple[str, str]]:
    """Places and Chinese reasons of the problems."""
    return [(one.place, one.told) for one in results if isinstance(one, Problem)]
