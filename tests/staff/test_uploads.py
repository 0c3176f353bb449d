"""Who may have an upload read in the background, stop that and go on with it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.clock import FixedClock
from core.database.engine import reading
from core.errors import BadInput, NotFound
from knowledge_base.uploads.commands import UPLOAD_COMMANDS
from knowledge_base.uploads.keeping import Brought, take_in
from staff.actors import AccountActor
from staff.runner import CommandRunner
from staff.tables import audit_entry
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS
from tests.tables import TABLES

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]


@pytest.fixture
def bring(engine: Engine, clock: FixedClock) -> Callable[[str, str | None], str]:
    """An upload of somebody for an agency, as the console has taken it in."""

    def _bring(login: str, agency: str | None) -> str:
        return take_in(engine, clock, io.BytesIO(b"x"), Brought("一.txt", 0, agency, login))

    return _bring


@pytest.fixture
def typed_rows(engine: Engine) -> Rows:
    """Every row as the code reads it: what a job came to may be no JSON, or the JSON of nothing."""

    def read() -> dict[str, list[Any]]:
        with reading(engine) as connection:
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in TABLES
            }

    return read


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
def test_an_editor_imports_for_their_own_agency(
    agency: str | None, bring: Any, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    given = {login: {"id": bring(login, agency)} for login in ACCOUNTS}
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = role == "editor" and own in (None, agency)
        cells.tries(may, partial(runner.run, actor(login), "upload.import", given[login]), login)
    assert cells.allowed >= 1


@pytest.mark.parametrize("agency", ["ybj", None])
@pytest.mark.parametrize("name", ["upload.cancel", "upload.retry"])
def test_every_editor_of_the_agency_may_stop_and_go_on(
    name: str,
    agency: str | None,
    bring: Any,
    runner: CommandRunner,
    actor: Finder,
    engine: Engine,
    typed_rows: Rows,
) -> None:
    given = {"id": bring("city.editor", agency)}
    runner.run(actor("city.editor"), "upload.import", given)
    if name == "upload.retry":
        runner.run(actor("city.editor"), "upload.cancel", given)
    cells = Cells(engine, typed_rows)
    for login, (own, role) in ACCOUNTS.items():
        may = role == "editor" and own in (None, agency)
        cells.tries(may, partial(runner.run, actor(login), name, given), login)
    assert cells.allowed >= 1


def test_nobody_imports_what_another_brought(
    bring: Any, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    name = bring("li.editor", "ybj")
    before = rows()
    with pytest.raises(NotFound):
        runner.run(actor("city.editor"), "upload.import", {"id": name})
    for command in UPLOAD_COMMANDS:
        with pytest.raises(NotFound):
            runner.run(actor("city.editor"), command.name, {"id": "none"})
        with pytest.raises(BadInput):
            runner.run(actor("city.editor"), command.name, {"id": "x" * 33})
    for name_of in ("upload.cancel", "upload.retry"):
        with pytest.raises(NotFound):
            runner.run(actor("li.editor"), name_of, {"id": name})
    assert rows() == before


def test_the_audit_log_says_what_was_brought(
    bring: Any, runner: CommandRunner, actor: Finder, engine: Engine
) -> None:
    name = bring("li.editor", "ybj")
    number = runner.run(actor("li.editor"), "upload.import", {"id": name})
    with reading(engine) as connection:
        newest = select(audit_entry).order_by(audit_entry.c.number.desc()).limit(1)
        entry = connection.execute(newest).one()
    assert (entry.command, entry.subject_kind, entry.subject_id, entry.agency) == (
        "upload.import", "upload", name, "ybj",
    )  # fmt: skip
    assert json.loads(entry.details) == {"name": "一.txt", "files": 0, "size": 1, "job": number}
