"""`kb search` and `kb ask`: the service's own application object, opened for one call."""

from __future__ import annotations

from pydantic import ValidationError
from rich.console import Console

from apps.cli.installation import ensure_home, opened_database
from core.errors import BadInput
from core.settings import Settings
from knowledge_base.contract import (
    AnswerPart,
    AnswerReply,
    AnswerRequest,
    ChoicesPart,
    SearchReply,
    SearchRequest,
)

# Nobody else waits for this answer, and the first one also warms the model up.
DEADLINE_MS = 60_000
SHOWN_CHARACTERS = 200


def search_catalogue(settings: Settings, text: str, k: int, region: str | None) -> SearchReply:
    """Search once.

    Raises:
        BadInput: An empty or much too long text, or no region code.
    """
    try:
        request = SearchRequest(text=text.strip(), k=k, region=checked_region(region))
    except ValidationError as error:
        raise BadInput(f"TEXT: {error.errors()[0]['msg']}") from None
    _prepare(settings)
    from knowledge_base.application import open_knowledge_base

    knowledge = open_knowledge_base(settings, follow=False)
    try:
        return knowledge.search(request)
    finally:
        knowledge.close()


def answer_question(settings: Settings, text: str, region: str | None) -> AnswerReply:
    """Answer once.

    Raises:
        BadInput: An empty or much too long text, or no region code.
    """
    if not text.strip():
        raise BadInput("TEXT is empty: write a question. 请输入问题。")
    try:
        request = AnswerRequest(question=text.strip(), region=checked_region(region), deadline_ms=DEADLINE_MS)
    except ValidationError as error:
        raise BadInput(f"TEXT: {error.errors()[0]['msg']}") from None
    _prepare(settings)
    from knowledge_base.application import open_knowledge_base

    knowledge = open_knowledge_base(settings, follow=False)
    try:
        return knowledge.answer(request)
    finally:
        knowledge.close()


def checked_region(region: str | None) -> str | None:
    """The code itself.

    Raises:
        BadInput: It is not six digits.
    """
    if region is not None and not (len(region) == 6 and region.isascii() and region.isdigit()):
        raise BadInput(f"--region {region}: not a six-digit region code. 地区代码应为六位数字。")
    return region


def _prepare(settings: Settings) -> None:
    """Folder, keys and database, so that the first command of a new installation works too."""
    ensure_home(settings)
    with opened_database(settings):
        pass


def print_hits(reply: SearchReply, console: Console) -> None:
    """One block a passage: rank, score, title, heading, the beginning of the text."""
    if not reply.hits:
        console.print("没有找到 nothing found")
    for rank, hit in enumerate(reply.hits, start=1):
        where = " · ".join(part for part in (hit.agency, hit.heading) if part)
        _plain(console, f"{rank:2}. {hit.score:.3f}  {hit.title}  [{hit.external_id}]")
        if where:
            _plain(console, f"    {where}")
        _plain(console, f"    {' '.join(hit.text.split())[:SHOWN_CHARACTERS]}")
    _plain(console, f"{len(reply.hits)} 段 passages, {reply.took_ms:.0f} ms")


def print_answer(reply: AnswerReply, console: Console) -> None:
    """Status, then what a citizen would read, then the sources."""
    _plain(console, f"[{reply.status.value}]")
    for part in reply.parts:
        _plain(console, part.text)
        if isinstance(part, ChoicesPart):
            for number, choice in enumerate(part.choices, start=1):
                _plain(console, f"  {number}. {choice.title}")
        elif isinstance(part, AnswerPart):
            for citation in part.citations:
                named = (
                    citation.title,
                    citation.document_number,
                    citation.agency,
                    citation.published_on,
                    citation.url,
                )
                _plain(console, "  来源 " + " · ".join(str(value) for value in named if value))


def _plain(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
