"""The form of a content: shown, with rows added and taken away, and saved as a draft."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.answer_views import Spot, answer_of, spot_of
from apps.console.content_forms import TITLES, Choices, FormKind, empty, form_kind, form_of, plain, said
from apps.console.content_forms import shown as shown_in
from apps.console.content_views import Shown, agencies, kind_of, own_agency, shown
from apps.console.fields import Group, Tree, changed_rows, elements, laid_out, problems, typed
from apps.console.guard import Visit, guarded
from apps.console.labels import LABELS, REASONS
from apps.console.pages import Pages, query
from casework.answers import Answer
from core.catalogue.keys import Kind
from core.catalogue.models import NATIONAL
from core.catalogue.reads import CatalogueReads
from core.commands import Denied, Permission
from core.errors import BadInput, Conflict, NotFound
from core.problems import BadFields
from knowledge_base.editing.records import content_of

# Of a text of 400,000 characters, each of which takes nine bytes in a form.
_LONGEST_FORM = 4 * 1024 * 1024
_MOST_FIELDS = 4000
_LONGEST_TITLE = 300
# As the form of a new content names it: sent twice it is one content.
_NEW_ID: Final = re.compile("staff-[0-9a-f]{12}")


@dataclass(frozen=True)
class Sheet:
    """The form of one content.

    Attributes:
        held: What there is of it; None of a new one.
        tree: What stands in its fields.
        errors: A sentence by the path of a field.
    """

    kind: FormKind
    external_id: str
    groups: Sequence[Group]
    held: Shown | None
    tree: Tree
    error: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


async def show_form(visit: Visit) -> Response:
    """The form, new or of a known content."""
    if not visit.request.query_params.get("id"):
        return await run_sync(_new_form, visit)
    held = await run_sync(shown, visit, kind_of(visit), asked_id(visit), Permission.EDIT)
    if held.content is None:
        raise NotFound("no such record")
    values = plain(held.content)
    kind = form_kind(held.content, held.kind, "")
    groups = form_of(kind, await run_sync(_choices, visit, values))
    sheet = Sheet(kind, held.external_id, groups, held, shown_in(groups, values))
    return _rendered(visit, sheet)


def _new_form(visit: Visit) -> Response:
    asked = visit.request.query_params
    kind = form_kind(None, kind_of(visit), asked.get("form", ""))
    values = empty(kind, own_agency(visit))
    if title := asked.get("title", "").strip()[:_LONGEST_TITLE]:
        values["name" if kind == "item" else "title"] = title
    groups = form_of(kind, _choices(visit, values))
    return _rendered(
        visit, Sheet(kind, f"staff-{secrets.token_hex(6)}", groups, None, shown_in(groups, values))
    )


async def save(visit: Visit) -> Response:
    """Saves a draft: back to the record, or the form again with what is wrong beside its fields.

    A button beside a row changes the rows and saves nothing.
    """
    sheet = await run_sync(_sent, visit)
    if act := visit.form.one("act"):
        changed = changed_rows(elements(sheet.groups), sheet.tree, act)
        return _rendered(visit, replace(sheet, tree=changed), typed_mark=True)
    kind = kind_of(visit)
    given = {
        "kind": kind,
        "external_id": sheet.external_id,
        "base": visit.form.one("base"),
        "mark": visit.form.one("mark") or None,
        "content": said(sheet.groups, sheet.tree, sheet.held.content if sheet.held else None, sheet.kind),
    }
    try:
        _check(kind, sheet, given["content"])
        await run_sync(visit.services.commands.run, visit.session.actor, "content.save", given)
    except (BadInput, Conflict) as error:
        return _wrong(visit, sheet, error)
    address = query({"kind": kind, "id": sheet.external_id, "done": "save"})
    return RedirectResponse(f"/content?{address}", status_code=303)


def _check(kind: Kind, sheet: Sheet, content: Mapping[str, Any]) -> None:
    """Refuses what is wrong in the form itself, together with what is wrong in the content.

    Raises:
        BadFields: With all of it.
    """
    errors = problems(elements(sheet.groups), sheet.tree)
    if errors:
        try:
            content_of(kind, sheet.external_id, content)
        except BadFields as error:
            errors = {**error.fields, **errors}
        raise BadFields(errors)


def _sent(visit: Visit) -> Sheet:
    """The form as it was sent."""
    external_id = asked_id(visit)
    held: Shown | None = None
    try:
        held = shown(visit, kind_of(visit), external_id, Permission.EDIT)
    except NotFound:
        if not _NEW_ID.fullmatch(external_id):
            raise
    kind = form_kind(held.content if held else None, kind_of(visit), visit.form.one("form"))
    places = [{"region": text} for name, text in visit.form.fields if name.endswith(".region")]
    chosen = {"agency": visit.form.one("agency"), "region": visit.form.one("region"), "places": places}
    groups = form_of(kind, _choices(visit, chosen))
    tree = typed(elements(groups), visit.form, keep_empty=bool(visit.form.one("act")))
    return Sheet(kind, external_id, groups, held, tree)


def _wrong(visit: Visit, sheet: Sheet, error: BadInput | Conflict) -> Response:
    errors = error.fields if isinstance(error, BadFields) else {}
    status = 400 if isinstance(error, BadInput) else 409
    wrong = replace(sheet, error=_in_words(error, sheet.kind), errors=errors, status=status)
    return _rendered(visit, wrong, typed_mark=True)


def _rendered(visit: Visit, sheet: Sheet, *, typed_mark: bool = False) -> Response:
    """The form; sent once, it stays that of the draft and version which the visitor began with."""
    held, form = sheet.held, visit.form
    mark = held.draft.mark if held and held.draft else ""
    base = str(held.version if held else 0)
    pages: Pages = visit.request.app.state.pages
    kind: Kind = "item" if sheet.kind == "item" else "document"
    improved = _improved(visit)
    where = {"kind": kind, "id": sheet.external_id, "answer": improved.id if improved else ""}
    return pages.page(
        "content_form.html",
        visit.session,
        status=sheet.status,
        error=sheet.error,
        errors=sheet.errors,
        held=held,
        title=f"编辑：{held.title}" if held else TITLES[sheet.kind],
        form_kind=sheet.kind,
        action=f"/content/edit?{query(where)}",
        improved=improved,
        spot=spot_of(visit, improved, kind, sheet.external_id) if improved and held else Spot(""),
        reasons=REASONS,
        record=f"/content?{query({'kind': kind, 'id': sheet.external_id})}",
        base=form.one("base") if typed_mark else base,
        mark=form.one("mark") if typed_mark else mark,
        groups=sheet.groups,
        tree=laid_out(elements(sheet.groups), sheet.tree),
    )


def _improved(visit: Visit) -> Answer | None:
    """The answer for whose sake the form was opened."""
    answer_id = visit.request.query_params.get("answer", "")
    try:
        return answer_of(visit, answer_id) if answer_id else None
    except (Denied, NotFound):
        # The form is of use without it.
        return None


def _choices(visit: Visit, values: Mapping[str, Any]) -> Choices:
    """Agencies whose contents the visitor may edit and all regions, and what the content has besides."""
    may = visit.session.actor.may
    names = [name for number, name in agencies(visit).items() if may(Permission.EDIT, number)]
    regions = {
        one.code: f"{one.name}（{one.code}）" for one in CatalogueReads(visit.services.engine).regions()
    }
    regions = {NATIONAL: f"全国（{NATIONAL}）", **regions}
    agency, region = values.get("agency"), values.get("region") or NATIONAL
    if agency and agency not in names:
        names.append(agency)
    places = values.get("places") or []
    for code in (region, *(one["region"] for one in places)):
        regions.setdefault(code, code)
    return Choices(names, regions, region, none=may(Permission.EDIT, None))


def _in_words(error: BadInput | Conflict, kind: FormKind) -> str:
    """What is wrong, with fields called as the form calls them."""
    if not isinstance(error, BadInput):
        return error.public_message
    names = [name.strip().partition(".")[0].partition(":")[0] for name in error.detail.split(",")]
    labels = {**LABELS, **(_FAQ_LABELS if kind == "faq" else {})}
    fields = [labels[name] for name in names if name in labels]
    return f"这些内容有误：{'、'.join(dict.fromkeys(fields))}。" if fields else error.public_message


def asked_id(visit: Visit) -> str:
    """The record that the address names.

    Raises:
        NotFound: It names none.
    """
    external_id = visit.request.query_params.get("id", "")
    if not 0 < len(external_id) <= 200:
        raise NotFound("no such record")
    return external_id


_FAQ_LABELS: Final = {"title": "问题", "text": "回答"}
_KEPT: Final = tuple(LABELS)
ROUTES = (
    guarded("/content/edit", show_form, Permission.EDIT),
    guarded(
        "/content/edit", save, Permission.EDIT, "POST",
        most_bytes=_LONGEST_FORM, most_fields=_MOST_FIELDS, kept=_KEPT,
    ),
)  # fmt: skip
