"""Pages of registers: a list each, and the form of an entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from apps.console.fields import (
    Group,
    Tree,
    changed_rows,
    elements,
    laid_out,
    meant,
    of_content,
    problems,
    typed,
)
from apps.console.guard import Handler, Visit, guarded
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from apps.console.registers import AGENCIES, REGISTERS, Register, for_own
from core.catalogue.models import NATIONAL, Agency
from core.catalogue.payloads import to_payload
from core.catalogue.reads import CatalogueReads
from core.catalogue.registers import Entry, find, listed, mark_of
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import BadInput, Conflict, NotFound
from core.problems import BadFields

_MOST_FIELDS: Final = 2000
_DONE: Final = {"save": "已保存。", "delete": "已删除。"}


@dataclass(frozen=True)
class Sheet:
    """The form of one entry.

    Attributes:
        was: What the entry is known by; empty of a new one.
        mark: Of the entry as the visitor has seen it; empty of a new one.
    """

    register: Register
    groups: Sequence[Group]
    held: Entry | None
    tree: Tree
    was: str = ""
    mark: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


def _list_of(register: Register) -> Handler:
    """The list, searched and paged by the database."""

    async def show(visit: Visit) -> Response:
        asked = visit.request.query_params
        q, number = asked.get("q", "")[:100], page_number(asked.get("page", "1"))
        entries, total = await run_sync(_page_of, visit, register, q, Paging(number, 0).offset)
        return _pages(visit).page(
            "register.html",
            visit.session,
            register=register,
            registers=REGISTERS,
            rows=[(_address(register, one), [tell(one) for _, tell in register.columns]) for one in entries],
            editable=[_may_change(visit, register, one) for one in entries],
            may_add=visit.session.actor.may(Permission.REGISTER, None),
            q=q,
            paging=Paging(number, total),
            link=lambda page: f"{register.path}?{query({'q': q, 'page': page})}",
            done=_DONE.get(asked.get("done", ""), ""),
        )

    return show


def _form_of(register: Register) -> Handler:
    async def show(visit: Visit) -> Response:
        sheet = await run_sync(_opened, visit, register)
        return _rendered(visit, sheet)

    return show


def _saving(register: Register) -> Handler:
    """Saves an entry: back to the list, or the form again with what is wrong beside its fields."""

    async def save(visit: Visit) -> Response:
        sheet = await run_sync(_sent, visit, register)
        fields = elements(sheet.groups)
        if act := visit.form.one("act"):
            return _rendered(visit, replace(sheet, tree=changed_rows(fields, sheet.tree, act)))
        errors = problems(fields, sheet.tree)
        if errors:
            return _rendered(visit, replace(sheet, errors=errors), BadFields(errors))
        given = {"was": sheet.was or None, "mark": sheet.mark or None, "entry": _entry(sheet)}
        return await _run(visit, sheet, f"{register.command}.save", given)

    return save


def _deleting(register: Register) -> Handler:
    async def delete(visit: Visit) -> Response:
        sheet = await run_sync(_sent, visit, register)
        shown = replace(sheet, tree=_stands(sheet)) if sheet.held else sheet
        given = {"was": sheet.was, "mark": sheet.mark}
        return await _run(visit, shown, f"{register.command}.delete", given)

    return delete


async def _run(visit: Visit, sheet: Sheet, command: str, given: Mapping[str, Any]) -> Response:
    try:
        await run_sync(visit.services.commands.run, visit.session.actor, command, given)
    except BadFields as error:
        return _rendered(visit, replace(sheet, errors=error.fields), error)
    except (BadInput, Conflict) as error:
        return _rendered(visit, sheet, error)
    done = query({"done": command.rpartition(".")[2]})
    return RedirectResponse(f"{sheet.register.path}?{done}", status_code=303)


def _opened(visit: Visit, register: Register) -> Sheet:
    """The form as it stands before anything is typed.

    Raises:
        NotFound: The entry that the address names is not there.
        Denied: It is not the visitor's to change, or they may add none.
    """
    was = visit.request.query_params.get("id", "")
    held = _held(visit, register, was) if was else None
    if was and held is None:
        raise NotFound("no such entry")
    groups = _groups(visit, register, held)
    sheet = Sheet(register, groups, held, {}, was, mark_of(held) if held else "")
    return replace(sheet, tree=_stands(sheet))


def _sent(visit: Visit, register: Register) -> Sheet:
    """The form as it was sent: of an entry that is gone meanwhile, what was typed."""
    was = visit.request.query_params.get("id", "")
    held = _held(visit, register, was) if was else None
    groups = _groups(visit, register, held)
    tree = typed(elements(groups), visit.form, keep_empty=bool(visit.form.one("act")))
    return Sheet(register, groups, held, tree, was, visit.form.one("mark"))


def _stands(sheet: Sheet) -> Tree:
    values = json.loads(to_payload(sheet.held)) if sheet.held else {}
    return of_content(elements(sheet.groups), values)


def _entry(sheet: Sheet) -> dict[str, Any]:
    """The entry that was typed; what stands in no field stays as it is."""
    held = json.loads(to_payload(sheet.held)) if sheet.held else {}
    said = sheet.register.completed(held, meant(elements(sheet.groups), sheet.tree))
    return {name: value for name, value in said.items() if value is not None}


def _held(visit: Visit, register: Register, was: str) -> Entry | None:
    with reading(visit.services.engine) as connection:
        held: Entry | None = find(connection, register.kind, register.key(was[:300]))
    return held


def _groups(visit: Visit, register: Register, held: Entry | None) -> Sequence[Group]:
    """The fields that the visitor may change."""
    if not _may_change(visit, register, held):
        raise Denied(f"{visit.session.account.login} may not change this entry")
    known = CatalogueReads(visit.services.engine).regions()
    regions = {NATIONAL: f"全国（{NATIONAL}）", **{one.code: f"{one.name}（{one.code}）" for one in known}}
    if isinstance(held, Agency):
        regions.setdefault(held.region, held.region)
    groups = register.form(regions)
    return groups if visit.session.actor.may(Permission.REGISTER, None) else for_own(groups)


def _may_change(visit: Visit, register: Register, held: Entry | None) -> bool:
    own = held.external_id if register is AGENCIES and isinstance(held, Agency) else None
    return visit.session.actor.may(Permission.REGISTER, own)


def _page_of(visit: Visit, register: Register, q: str, offset: int) -> tuple[list[Entry], int]:
    with reading(visit.services.engine) as connection:
        return listed(connection, register.kind, words=q, limit=PER_PAGE, offset=offset)


def _rendered(visit: Visit, sheet: Sheet, error: BadInput | Conflict | None = None) -> Response:
    register = sheet.register
    labels = {one.name: one.label for one in elements(sheet.groups)}
    wrong = [labels[name] for name in _roots(sheet.errors) if name in labels]
    return _pages(visit).page(
        "register_form.html",
        visit.session,
        status=200 if error is None else 400 if isinstance(error, BadInput) else 409,
        error=f"这些内容有误：{'、'.join(wrong)}。" if wrong else error.public_message if error else "",
        errors=sheet.errors,
        register=register,
        title=f"{'修改' if sheet.was else '新增'}{register.one}",
        action=f"{register.path}/edit?{query({'id': sheet.was})}",
        removal=f"{register.path}/delete?{query({'id': sheet.was})}",
        was=sheet.was,
        mark=sheet.mark,
        groups=sheet.groups,
        tree=laid_out(elements(sheet.groups), sheet.tree),
    )


def _roots(errors: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(path.partition(".")[0] for path in errors))


def _address(register: Register, one: Entry) -> str:
    return f"{register.path}/edit?{query({'id': getattr(one, register.known_by)})}"


def _pages(visit: Visit) -> Pages:
    pages: Pages = visit.request.app.state.pages
    return pages


def _routes(register: Register) -> list[Route]:
    making: Callable[[Register], Handler]
    routes = [guarded(register.path, _list_of(register), Permission.READ)]
    for end, making, method in (
        ("edit", _form_of, "GET"),
        ("edit", _saving, "POST"),
        ("delete", _deleting, "POST"),
    ):
        if end == "edit" or register.may_go:
            path = f"{register.path}/{end}"
            handler = making(register)
            routes.append(guarded(path, handler, Permission.REGISTER, method, most_fields=_MOST_FIELDS))
    return routes


ROUTES = tuple(route for register in REGISTERS for route in _routes(register))
