"""What a document is called where its agency gave no title. Pure."""

from __future__ import annotations

import re

from core.catalogue.models import Document, DocumentKind, ServiceItem
from core.text.years import years

LONGEST_TITLE = 60
_CLAUSE_END = re.compile(r"[。！？；\n\r]|[!?](?=\s|$)")
_BLANK = re.compile(r"\s+")


def title_of(document: Document) -> str:
    """The title, or the first clause of the text, at most 60 characters long."""
    return document.title or first_clause(document.text)


def record_title(record: Document | ServiceItem) -> str:
    """What a record is listed under."""
    return record.name if isinstance(record, ServiceItem) else title_of(record)


def other_names(record: Document | ServiceItem) -> tuple[str, ...]:
    """Aliases and other ways to ask for a record."""
    aliases = record.aliases if isinstance(record, ServiceItem) else []
    return (*aliases, *record.question_variants)


def names_of(record: Document | ServiceItem) -> tuple[str, ...]:
    """Every name by which a question may mean a record: of a long text the questions that it answers."""
    asked = [question.ask for question in record.questions]
    if isinstance(record, Document) and record.kind is not DocumentKind.FAQ:
        return tuple(dict.fromkeys(asked))
    return tuple(dict.fromkeys((record_title(record), *other_names(record), *asked)))


def answers_of(record: Document | ServiceItem) -> dict[str, str | tuple[int, int]]:
    """Where each of its questions is answered: a field of a guide, or a span of the text."""
    found: dict[str, str | tuple[int, int]] = {}
    for question in record.questions:
        if isinstance(record, ServiceItem):
            if question.aspect:
                found[question.ask] = question.aspect.value
        elif question.quote and (start := record.text.find(question.quote)) >= 0:
            found[question.ask] = (start, start + len(question.quote))
    return found


def years_of(record: Document | ServiceItem) -> frozenset[int]:
    """The years that a record is about: those of its title, else those it names and in which it holds.

    Of a guide the years of its laws say nothing: they are left out.
    """
    if titled := years(record_title(record)):
        return titled
    dates = [record.effective_from, record.effective_to]
    if isinstance(record, ServiceItem):
        lines = [record.summary, record.fee.text if record.fee else None, *record.conditions, *record.steps]
    else:
        dates.append(record.published_on)
        lines = [record.text]
    named = years("\n".join(line for line in lines if line))
    return named | {day.year for day in dates if day is not None}


def first_clause(text: str) -> str:
    """The beginning of a text up to its first sentence end or blank, at most 60 characters."""
    start = _CLAUSE_END.split(text.strip(), maxsplit=1)[0].strip()
    blank = _BLANK.search(start)
    # Texts without line breaks often part their title from what follows by a blank only.
    if blank and 6 <= blank.start() <= LONGEST_TITLE:
        start = start[: blank.start()]
    return start[:LONGEST_TITLE] or "（无标题）"
