"""What a content has to be beyond its fields' types, however it comes in. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from core.catalogue.models import Document, DocumentKind, ServiceItem
from core.catalogue.rules import parse_rule
from knowledge_base.importing.reasons import path
from knowledge_base.importing.unreadable import Unreadable
from knowledge_base.passages.guide_fields import field_text

# The whole answer is kept with each way to ask for it.
_FAQ_LENGTH = 20_000


def check_content(record: Document | ServiceItem) -> None:
    """Refuses what could not be answered from.

    Raises:
        Unreadable: With the reason.
        BadInput: Of a guide's eligibility, which is no rule.
    """
    if isinstance(record, ServiceItem) and record.eligibility is not None:
        parse_rule(record.eligibility)
    if isinstance(record, Document) and record.kind is DocumentKind.FAQ and len(record.text) > _FAQ_LENGTH:
        raise Unreadable(f"text: of a FAQ is longer than {_FAQ_LENGTH} characters")
    _check_questions(record)


def check_characters(value: object, location: tuple[int | str, ...] = ()) -> None:
    """Refuses what no database stores: NUL and halves of surrogate pairs.

    Raises:
        Unreadable: It holds some; the reason says where.
    """
    if isinstance(value, str):
        if "\x00" in value:
            raise Unreadable(f"{path(location)}: holds a NUL character")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise Unreadable(f"{path(location)}: holds half a surrogate pair")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            check_characters(name, (*location, "key"))
            check_characters(inner, (*location, str(name)[:60]))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            check_characters(inner, (*location, number))


def _check_questions(record: Document | ServiceItem) -> None:
    """Refuses a place that the record does not have: a question would be answered with something else."""
    for number, question in enumerate(record.questions):
        if isinstance(record, ServiceItem):
            if question.quote is not None:
                raise Unreadable(f"questions.{number}.quote: a guide is answered from by aspect")
            if question.aspect is not None and field_text(record, question.aspect) is None:
                raise Unreadable(f"questions.{number}.aspect: the guide does not publish this field")
        elif question.aspect is not None:
            raise Unreadable(f"questions.{number}.aspect: a text is answered from by quote")
        elif question.quote is not None and question.quote not in record.text:
            raise Unreadable(f"questions.{number}.quote: does not stand in the text")
