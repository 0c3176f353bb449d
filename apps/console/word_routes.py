"""Pages of sensitive words: the list, one word, import, a box to try them in, and the log of hits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from anyio.to_thread import run_sync
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from apps.console.content_views import agencies
from apps.console.guard import Visit, guarded
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import BadInput, NotFound
from core.words.hits import Hit, HitCount, counted_hits, listed_hits
from core.words.models import Found, InAction, OutAction, Scope, Word, hinted
from core.words.reads import WordLists, listed_words, word_of

# A file of 20,000 words with replies and notes, each character of which takes nine bytes in a form.
_LONGEST_FORM: Final = 12 * 1024 * 1024
_TREATED: Final = ("agency", "scope", "in_action", "out_action", "reply", "note")
_NEW: Final[Mapping[str, Any]] = {
    "id": "", "text": "", "agency": "", "scope": "both", "in_action": "refuse", "out_action": "withhold",
    "reply": "", "note": "", "active": True,
}  # fmt: skip
_COUNTED: Final = timedelta(days=30)
_MAY: Final = Permission.WORDS
_DONE: Final = {"save": "已保存，一秒内生效。", "delete": "已删除，一秒内生效。"}


async def show_all(visit: Visit) -> Response:
    """Words that the visitor looks after, searched and paged by the database."""
    asked = visit.request.query_params
    q, number = asked.get("q", "")[:100], page_number(asked.get("page", "1"))
    scope = next((one for one in Scope if one.value == asked.get("scope")), None)
    found, total = await run_sync(_page_of_words, visit, q, scope, number)
    return await _page(
        visit,
        "words.html",
        words=found,
        q=q,
        wanted=scope,
        paging=Paging(number, total),
        link=lambda page: f"/words?{query({'q': q, 'scope': asked.get('scope', ''), 'page': page})}",
        done=_done(asked),
    )


async def show_one(visit: Visit) -> Response:
    """The form of a word, new or known."""
    asked = visit.request.query_params.get("id", "")
    return await _form(visit, _told(await run_sync(_known, visit, asked)) if asked else _NEW)


async def save(visit: Visit) -> Response:
    """Saves a word: back to the list, or the form again with what is wrong in it."""
    given = {name: visit.form.one(name) for name in (*_TREATED, "id", "text")}
    active = visit.form.one("active") == "yes"
    wanted = {**given, "agency": given["agency"] or None, "id": given["id"] or None, "active": active}
    try:
        await run_sync(visit.services.commands.run, visit.session.actor, "word.save", wanted)
    except (BadInput, NotFound) as error:
        return await _form(visit, {**given, "active": active}, error.public_message)
    return RedirectResponse("/words?done=save", status_code=303)


async def delete(visit: Visit) -> Response:
    """Deletes a word."""
    given = {"id": visit.form.one("id")}
    await run_sync(visit.services.commands.run, visit.session.actor, "word.delete", given)
    return RedirectResponse("/words?done=delete", status_code=303)


async def show_import(visit: Visit) -> Response:
    """The form of an import."""
    return await _import_form(visit, {**_NEW, "file": ""})


async def import_file(visit: Visit) -> Response:
    """Imports a file, all of it or nothing; what was sent is shown again where it cannot be used."""
    given = {name: visit.form.one(name) for name in _TREATED} | {"file": visit.form.typed("file")}
    wanted = {**given, "agency": given["agency"] or None}
    try:
        done = await run_sync(visit.services.commands.run, visit.session.actor, "word.import", wanted)
    except BadInput as error:
        return await _import_form(visit, given, error.public_message)
    return RedirectResponse(f"/words?{query({'done': 'import', **done})}", status_code=303)


async def show_try(visit: Visit) -> Response:
    """The box to try the words in."""
    return await _page(visit, "words_try.html", text="", found=None, answered=())


async def try_text(visit: Visit) -> Response:
    """What would follow in a text; it is kept nowhere."""
    text = visit.form.typed("text")[:5000]
    words = await run_sync(WordLists(visit.services.engine).read)
    said, answered = words.index.find(text), words.index.find(text, written_around=False)
    return await _page(
        visit, "words_try.html", text=text, found=_found(visit, text, said), answered=_spans(answered)
    )


async def show_hits(visit: Visit) -> Response:
    """The log of hits, newest first, and how often each word was found lately."""
    number = page_number(visit.request.query_params.get("page", "1"))
    hits, total, counts = await run_sync(_page_of_hits, visit, number)
    return await _page(
        visit,
        "words_hits.html",
        hits=hits,
        counts=counts,
        actions={one.value: one.label for kind in (InAction, OutAction) for one in kind},
        paging=Paging(number, total),
        link=lambda page: f"/words/hits?{query({'page': page})}",
    )


def _spans(found: list[Found]) -> set[tuple[int, int]]:
    return {(one.word.id, one.start) for one in found}


def _found(visit: Visit, text: str, found: list[Found]) -> list[tuple[str, Found]]:
    """Each as it stands there; those of a list that is not the visitor's are only hinted at."""
    may = visit.session.actor.may
    return [
        (raw if may(_MAY, one.word.agency) else hinted(raw), one)
        for one in found
        for raw in [text[one.start : one.end]]
    ]


def _done(asked: Mapping[str, str]) -> str:
    if asked.get("done") != "import":
        return _DONE.get(asked.get("done", ""), "")
    numbers = {name: asked.get(name, "") for name in ("created", "changed", "unchanged", "repeated")}
    if not all(value.isascii() and value.isdigit() for value in numbers.values()):
        return ""
    return (
        f"已导入：新增 {numbers['created']} 个，更新 {numbers['changed']} 个，"
        f"原有 {numbers['unchanged']} 个，重复行 {numbers['repeated']} 行。一秒内生效。"
    )


def _known(visit: Visit, asked: str) -> Word:
    """The word of this number, if the visitor looks after it.

    Raises:
        NotFound: There is none.
        Denied: It is another's.
    """
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 10
    with reading(visit.services.engine) as connection:
        held = word_of(connection, int(asked)) if is_number else None
    if held is None:
        raise NotFound("no such word", public_message="没有这个词。")
    if not visit.session.actor.may(_MAY, held.agency):
        raise Denied(f"{visit.session.account.login} may not see word {held.id}")
    return held


def _told(held: Word) -> dict[str, Any]:
    return {name: getattr(held, name) for name in _NEW} | {"agency": held.agency or ""}


def _own(visit: Visit) -> str | None:
    return None if visit.session.actor.may(_MAY, None) else visit.session.account.agency


def _page_of_words(visit: Visit, q: str, scope: Scope | None, number: int) -> tuple[list[Word], int]:
    offset = Paging(number, 0).offset
    with reading(visit.services.engine) as connection:
        return listed_words(connection, q=q, agency=_own(visit), scope=scope, limit=PER_PAGE, offset=offset)


def _page_of_hits(visit: Visit, number: int) -> tuple[list[Hit], int, list[HitCount]]:
    engine: Engine = visit.services.engine
    since = visit.services.clock.now() - _COUNTED
    with reading(engine) as connection:
        hits, total = listed_hits(
            connection, agency=_own(visit), limit=PER_PAGE, offset=Paging(number, 0).offset
        )
        return hits, total, counted_hits(connection, since, agency=_own(visit))


async def _form(visit: Visit, shown: Mapping[str, Any], error: str = "") -> Response:
    return await _page(visit, "word.html", error=error, shown=shown)


async def _import_form(visit: Visit, shown: Mapping[str, Any], error: str = "") -> Response:
    return await _page(visit, "words_import.html", error=error, shown=shown)


async def _page(visit: Visit, template: str, *, error: str = "", **more: Any) -> Response:
    pages: Pages = visit.request.app.state.pages
    names = await run_sync(agencies, visit)
    may = visit.session.actor.may
    return pages.page(
        template,
        visit.session,
        status=400 if error else 200,
        error=error,
        names=names,
        owners={number: name for number, name in names.items() if may(_MAY, number)},
        everywhere=may(_MAY, None),
        scopes=list(Scope),
        in_actions=list(InAction),
        out_actions=list(OutAction),
        **more,
    )


ROUTES = (
    guarded("/words", show_all, _MAY),
    guarded("/words/edit", show_one, _MAY),
    guarded("/words/edit", save, _MAY, "POST"),
    guarded("/words/delete", delete, _MAY, "POST"),
    guarded("/words/import", show_import, _MAY),
    guarded("/words/import", import_file, _MAY, "POST", most_bytes=_LONGEST_FORM),
    guarded("/words/try", show_try, _MAY),
    guarded("/words/try", try_text, _MAY, "POST"),
    guarded("/words/hits", show_hits, _MAY),
)
