"""What the catalogue's types refuse."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from core.catalogue.models import Document


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
