"""The message for a document: words quoted from it, and where they stand. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.catalogue.documents import title_of
from core.catalogue.models import Document, DocumentKind, page_of
from knowledge_base.answer.lists import entries_in_all
from knowledge_base.answer.ports import FoundPassage, Published
from knowledge_base.answer.reading import shortened, unsplit
from knowledge_base.contract import AnswerPart, Citation, ItemRef, Target

_ONLY_THE_BEGINNING = "（以上是这份文件的开头，请查看全文，或把想问的内容说得具体一些。）"
_AROUND = 200


@dataclass(frozen=True, slots=True)
class DocumentLinks:
    """Documents that are named beside one that is quoted: its replacement, and what it explains."""

    newer: Published | None = None
    original: Published | None = None


def document_text(document: Document, quoted: Sequence[FoundPassage]) -> str:
    """The quoted passages as one text; of a FAQ the whole answer; the beginning if none is quoted."""
    if document.kind is DocumentKind.FAQ:
        return document.text
    if not quoted:
        return f"{shortened(document.text)}\n{_ONLY_THE_BEGINNING}"
    return "\n".join(passage.text.strip() for passage in quoted)


def document_part(
    document: Document,
    target: Target,
    title: str,
    quoted: Sequence[FoundPassage],
    related: Sequence[ItemRef] = (),
    *,
    links: DocumentLinks | None = None,
    today: date | None = None,
) -> AnswerPart:
    """The quoted text with its citation; a document that was replaced or explains another says which."""
    quote = document_text(document, quoted)
    page = _page(document, quoted)
    citations = [_citation(document, target, title, quote, _context(document, quoted), page)]
    notes = [_list_note(document, quoted), no_longer(document.effective_to, today, "这份文件", "有效")]
    for other, note in _links_told(links or DocumentLinks()):
        notes.append(note)
        citations.append(_citation(other[0], other[1], title_of(other[0]), "", ""))
    # A FAQ's yes or no is to its own question.
    asked = f"问：{title}" if document.kind is DocumentKind.FAQ else ""
    text = "\n".join(part for part in (asked, quote, *notes) if part)
    return AnswerPart(text=text, citations=citations, related=list(related))


def _links_told(links: DocumentLinks) -> Iterator[tuple[tuple[Document, Target], str]]:
    for other, words in (
        (links.newer, "注意：这份文件已被{}替代，请以新文件为准。"),
        (links.original, "以上是对{}的解读，请以原文为准。"),
    ):
        if other is not None and isinstance(other.record, Document):
            named = f"《{title_of(other.record)}》{other.record.document_number or ''}"
            yield (other.record, other.target), f"（{words.format(named)}）"


def no_longer(last: date | None, today: date | None, what: str, holds: str) -> str:
    """That something holds no more since the day after its last; empty where it does."""
    if last is None or today is None or today <= last:
        return ""
    return f"（注意：{what}在{last.year}年{last.month}月{last.day}日以后不再{holds}，仅供了解。）"


def _citation(
    document: Document, target: Target, title: str, quote: str, context: str, page: int | None = None
) -> Citation:
    return Citation(
        document_id=target.id,
        external_id=document.external_id,
        title=title,
        agency=document.agency,
        document_number=document.document_number,
        published_on=document.published_on,
        url=document.source_url,
        quote=quote,
        context=context,
        page=page,
    )


def _context(document: Document, quoted: Sequence[FoundPassage]) -> str:
    """The first quote with what stands around it; empty where the whole document is quoted."""
    if not quoted or document.kind is DocumentKind.FAQ:
        return ""
    start = document.text.find(quoted[0].text)
    if start < 0:
        return ""
    end = start + len(quoted[0].text)
    first = unsplit(document.text, max(0, start - _AROUND))
    last = max(end, unsplit(document.text, end + _AROUND))
    lead, tail = ("……" if first else ""), ("……" if last < len(document.text) else "")
    return f"{lead}{document.text[first:last]}{tail}"


def _page(document: Document, quoted: Sequence[FoundPassage]) -> int | None:
    """Where the first quote begins in the agency's file."""
    start = document.text.find(quoted[0].text) if quoted else -1
    return page_of(document, start) if start >= 0 else None


def _list_note(document: Document, quoted: Sequence[FoundPassage]) -> str:
    """How many entries a list has whose end is not quoted any more."""
    if not quoted or document.kind is DocumentKind.FAQ:
        return ""
    text = quoted[0].text
    counted = entries_in_all(text, document.text[document.text.find(text) + len(text) :])
    return f"（共{counted[1]}项，以上是其中{counted[0]}项，其余请看全文。）" if counted else ""
