"""What the catalogue's types refuse."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from core.catalogue.models import Agency, Document, Region, ServiceItem


def linked(link: str) -> Document:
    return Document(external_id="d", text="第一条。", source_url=link)


@pytest.mark.parametrize(
    "link",
    [
        "https://zwfw.example/a?id=1#b",
        "HTTP://示例.example:8080/中文",
        "http://[2001:db8::1]/",
        "https://mail.example/?to=a@b.example",
        "tel:+86-12345",
    ],
)
def test_a_plain_link_is_taken(link: str) -> None:
    assert linked(link).source_url == link


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://zwfw.example/\u202egpj.exe",
        "https://zwfw.example/\u200b",
        "https://zwfw.example/\x01",
        "https://gov.example@evil.example/",
        "https://user:secret@gov.example/",
        "https://evil.example\\.gov.example/",
        "https://%65vil.example/",
        "https://[::1/",
        "https://gov.example:port/",
        "https://gov.example:99999/",
        "https://gov.example：443/",
        "tel:12345;x",
    ],
)
def test_a_link_that_may_lead_elsewhere_is_refused(link: str) -> None:
    with pytest.raises(ValidationError, match="链接"):
        linked(link)


DOCUMENT = {"external_id": "d", "text": "第一条。"}
ITEM = {"external_id": "i", "name": "居住证申领"}
AGENCY = {"external_id": "gaj", "name": "公安局"}


@pytest.mark.parametrize(
    ("kind", "values", "name", "limit"),
    [
        (Document, DOCUMENT, "title", 500),
        (Document, DOCUMENT, "document_number", 100),
        (Document, DOCUMENT, "agency", 300),
        (ServiceItem, ITEM, "agency", 300),
        (ServiceItem, ITEM, "summary", 4000),
        (Agency, AGENCY, "name", 300),
    ],
)
def test_a_text_has_a_longest_length(kind: Any, values: dict[str, str], name: str, limit: int) -> None:
    assert kind(**values | {name: "长" * limit})
    with pytest.raises(ValidationError, match=f"at most {limit}"):
        kind(**values | {name: "长" * (limit + 1)})


@pytest.mark.parametrize(
    ("kind", "values", "name"),
    [
        (Document, DOCUMENT, "question_variants"),
        (ServiceItem, ITEM, "question_variants"),
        (ServiceItem, ITEM, "aliases"),
        (Agency, AGENCY, "aliases"),
        (Region, {"code": "990100", "name": "市"}, "aliases"),
    ],
)
def test_a_record_has_at_most_fifty_other_names(kind: Any, values: dict[str, str], name: str) -> None:
    assert kind(**values, **{name: ["名"] * 50})
    with pytest.raises(ValidationError, match="at most 50"):
        kind(**values, **{name: ["名"] * 51})
