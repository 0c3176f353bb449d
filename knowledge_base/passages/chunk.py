"""Cuts a record into the passages that are embedded, searched and quoted. Pure.

Spans are exact: of a document they point into its raw text, of a guide into `full_text(item)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from core.catalogue.models import Document, DocumentKind, ServiceItem
from core.catalogue.records import NewPassage
from knowledge_base.passages.guide_fields import guide_layout
from knowledge_base.passages.structure import QUESTION_RANK, Sentence, sentences

# Raised with every change to what passages a record gives: an import and `kb reindex` then cut it anew.
CUTTING = 1
LIMIT = 256
WHOLE = "whole"
FAQ = "faq"
TEXT = ""
# A sentence ends inside a table row only: rows are cut there too.
_CUT = re.compile(r"[。！？；;，,、]")
_STRONG = "。！？；;"


def chunk(record: Document | ServiceItem, title: str, limit: int = LIMIT) -> list[NewPassage]:
    """Passages of a record in reading order, each at most `limit` characters unless it is a guide's field.

    A guide gives one passage per published aspect and one with its whole text; a FAQ one per question.
    """
    if isinstance(record, ServiceItem):
        return _guide_passages(record)
    if record.kind is DocumentKind.FAQ:
        return _faq_passages(record, title, limit)
    groups = pack(units(record.text, limit), limit)
    return [_passage(record.text, title, ordinal, group) for ordinal, group in enumerate(groups)]


def units(text: str, limit: int) -> Iterator[Sentence]:
    """Sentences of a text; one longer than the limit comes in pieces, cut at ；or else at ，."""
    for sentence in sentences(text):
        yield from _cut(sentence, text, limit)


def pack(pieces: Iterable[Sentence], limit: int) -> list[list[Sentence]]:
    """Sentences gathered into groups of up to `limit` characters.

    A question opens a group always, another numbered section only where the group is half full, so that
    short sections stay together and long ones begin where a reader would begin.
    """
    groups: list[list[Sentence]] = []
    for piece in pieces:
        if groups and not _opens(piece, groups[-1], limit):
            groups[-1].append(piece)
        else:
            groups.append([*_headings_left(groups, piece, limit), piece])
    return groups


def _headings_left(groups: list[list[Sentence]], piece: Sentence, limit: int) -> list[Sentence]:
    """Headings at the end of the last group, taken out of it where they fit before what they announce."""
    last = groups[-1] if groups else []
    keep = len(last)
    while keep > 1 and last[keep - 1].is_heading and piece.end - last[keep - 1].start <= limit:
        keep -= 1
    moved = last[keep:]
    del last[keep:]
    return moved


def _opens(piece: Sentence, group: Sequence[Sentence], limit: int) -> bool:
    length = group[-1].end - group[0].start
    if piece.end - group[0].start > limit or piece.rank == QUESTION_RANK:
        return True
    return piece.rank is not None and length >= limit // 2


def _cut(unit: Sentence, text: str, limit: int) -> Iterator[Sentence]:
    if unit.end - unit.start <= limit:
        yield unit
        return
    start, rank = unit.start, unit.rank
    while unit.end - start > limit:
        marks = [mark.end() for mark in _CUT.finditer(text, start + limit // 2, start + limit)]
        strong = [end for end in marks if text[end - 1] in _STRONG]
        end = (strong or marks or [start + limit])[-1]
        yield replace(unit, start=start, end=end, rank=rank)
        start, rank = end, None
    yield replace(unit, start=start, rank=rank)


def _passage(text: str, title: str, ordinal: int, group: Sequence[Sentence]) -> NewPassage:
    start, end = group[0].start, group[-1].end
    heading = " > ".join(group[0].headings)
    context = [title, *group[0].headings, group[0].table_header]
    return NewPassage(
        ordinal=ordinal,
        field=TEXT,
        heading=heading,
        text=text[start:end],
        start=start,
        end=end,
        embed_text="\n".join(part for part in (*context, text[start:end]) if part),
    )


def _faq_passages(record: Document, title: str, limit: int) -> list[NewPassage]:
    """One passage per way to ask, all quoting the whole answer: the best one decides.

    What is embedded is the question with the beginning of the answer, since a model reads no more.
    """
    beginning = record.text[: pack(units(record.text, limit), limit)[0][-1].end]
    return [
        NewPassage(
            ordinal=ordinal,
            field=FAQ,
            heading=question,
            text=record.text,
            start=0,
            end=len(record.text),
            embed_text=f"{question}\n{beginning}",
        )
        for ordinal, question in enumerate(dict.fromkeys((title, *record.question_variants)))
    ]


def _guide_passages(item: ServiceItem) -> list[NewPassage]:
    text, spans = guide_layout(item)
    fields = [(span.aspect.value, span.aspect.label, span.start, span.end) for span in spans]
    fields.append((WHOLE, "", 0, len(text)))
    return [
        NewPassage(
            ordinal=ordinal,
            field=field,
            heading=heading,
            text=text[start:end],
            start=start,
            end=end,
            embed_text=_guide_embed_text(item, text[start:end], field),
        )
        for ordinal, (field, heading, start, end) in enumerate(fields)
    ]


def _guide_embed_text(item: ServiceItem, text: str, field: str) -> str:
    names = "、".join(dict.fromkeys((item.name, *item.aliases, *item.question_variants)))
    return f"{names}\n{text}" if field == WHOLE else f"{item.name}\n{text}"
