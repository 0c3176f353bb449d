"""A document that knows where the pages of its file begin."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from core.catalogue.models import Document, page_of
from core.catalogue.payloads import content_hash, from_payload, to_payload


def document(text: str, *starts: int) -> Document:
    return Document(external_id="d", text=text, page_starts=list(starts))


def test_an_offset_is_on_the_page_that_begins_before_it() -> None:
    paged = document("甲甲乙乙丁丁", 2, 4, 4)
    assert [page_of(paged, offset) for offset in range(6)] == [1, 1, 2, 2, 4, 4]


def test_what_has_no_pages_has_no_page_numbers() -> None:
    assert page_of(document("甲"), 0) is None


@pytest.mark.parametrize("starts", [(3, 2), (7,), (-1,), (2, 2, 1)])
def test_pages_ascend_within_the_text(starts: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        document("甲甲乙乙丁丁", *starts)
    assert caught.value.errors()[0]["loc"][0] == "page_starts"


def test_pages_are_kept() -> None:
    paged = document("甲乙", 1)
    assert from_payload(Document, to_payload(paged)) == paged


def test_no_pages_change_no_record() -> None:
    plain = json.loads(to_payload(document("甲乙")))
    del plain["page_starts"]
    before = from_payload(Document, json.dumps(plain))
    assert content_hash(before) == content_hash(document("甲乙")) != content_hash(document("甲乙", 1))


def test_pages_beyond_a_text_that_had_to_be_cut_are_left_out() -> None:
    plain = json.loads(to_payload(document("甲乙"))) | {"page_starts": [1, 99]}
    assert from_payload(Document, json.dumps(plain)).page_starts == []
