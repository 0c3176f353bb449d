"""The message for a document: words quoted from it, and where they stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.catalogue.models import Document, DocumentKind
from knowledge_base.answer.ports import FoundPassage
from knowledge_base.answer.reading import shortened
from knowledge_base.contract import AnswerPart, Citation, ItemRef, Target

_ONLY_THE_BEGINNING = "（以上是这份文件的开头，请查看全文，或把想问的内容说得具体一些。）"


def document_text(document: Document, quoted: Sequence[FoundPassage]) -> str:
    """The quoted passages as one text; of a FAQ the whole answer; the beginning if none is quoted."""
    if document.kind is DocumentKind.FAQ:
        return document.text
    if not quoted:
        return (
            f"{shortened(document.text)}\n（以上是这份文件的开头，请查看全文，或把想问的内容说得具体一些。）"
        )
    return "\n".join(passage.text.strip() for passage in quoted)


def document_part(
    document: Document,
    target: Target,
    title: str,
    quoted: Sequence[FoundPassage],
    related: Sequence[ItemRef] = (),
) -> AnswerPart:
    """The quoted text with its citation."""
    text = document_text(document, quoted)
    return AnswerPart(
        text=text,
        citations=[
            Citation(
                document_id=target.id,
                external_id=document.external_id,
                title=title,
                agency=document.agency,
                document_number=document.document_number,
                published_on=document.published_on,
                url=document.source_url,
                quote=text,
            )
        ],
        related=list(related),
    )
