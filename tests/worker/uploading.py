"""Uploads as tests bring them and a worker of the test reads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, func, select

from apps.worker.importing import Importing
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.kinds import Kind
from core.jobs.models import Job, State
from core.jobs.reads import Jobs
from core.jobs.tables import job
from knowledge_base.editing.commands import Editing
from knowledge_base.editing.tables import draft
from knowledge_base.editing.uploads import Uploaded
from knowledge_base.uploads.commands import UPLOAD_COMMANDS
from knowledge_base.uploads.keeping import Brought, take_in
from knowledge_base.uploads.results import outcomes, results
from knowledge_base.uploads.tables import upload, upload_chunk
from staff.account_commands import ACCOUNT_COMMANDS
from staff.accounts import actor_of, by_login
from staff.actors import AccountActor, Operator
from staff.runner import CommandRunner
from staff.tables import audit_entry
from tests.worker.working import work_off

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FILLING = {"agency": "示例市医保局", "region": "510100", "kind": "policy"}


def archive(files: Mapping[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return kept.getvalue()


def text_of(number: int) -> bytes:
    return f"第{number}号通知\n第{number}件事可以在窗口办理。".encode()


def texts(count: int) -> dict[str, bytes]:
    return {f"{number}.txt": text_of(number) for number in range(1, count + 1)}


class Desk:
    """A console that takes uploads in, and a worker that reads them."""

    def __init__(self, engine: Engine, clock: FixedClock) -> None:
        self.engine = engine
        self.clock = clock
        commands = [*ACCOUNT_COMMANDS, *Editing().commands, *UPLOAD_COMMANDS]
        self.commands = CommandRunner(engine, clock, commands)
        self.importing = Importing(engine, clock, self.commands)
        self.jobs = Jobs(engine, clock)

    def bring(self, content: bytes, name: str = "全部.zip", login: str = "li.editor") -> str:
        agency = None if login == "city.editor" else "ybj"
        brought = Brought(name, 0, agency, login, FILLING)
        return take_in(self.engine, self.clock, io.BytesIO(content), brought)

    def put(self, content: bytes, name: str = "全部.zip", login: str = "li.editor") -> tuple[str, int]:
        """An upload, and the number of its job."""
        kept = self.bring(content, name, login)
        return kept, self.commands.run(self.actor(login), "upload.import", {"id": kept})

    def actor(self, login: str) -> AccountActor:
        with reading(self.engine) as connection:
            return actor_of(connection, by_login(connection, login), self.clock.today())

    def work(self) -> list[str]:
        return work_off(self.engine, self.clock, {Kind.IMPORT: self.importing})

    def job(self, number: int) -> Job:
        return self.jobs.one(number)

    def results(self, kept: str) -> list[Uploaded]:
        with reading(self.engine) as connection:
            return results(connection, kept, limit=1000)[0]

    def outcomes(self, kept: str) -> dict[str, int]:
        with reading(self.engine) as connection:
            return dict(outcomes(connection, kept))

    def chunks(self) -> int:
        with reading(self.engine) as connection:
            return int(connection.execute(select(func.count()).select_from(upload_chunk)).scalar_one())

    def drafts(self) -> list[str]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(draft.c.external_id).order_by(draft.c.id)).scalars())

    def brought(self) -> int:
        """How often a draft was brought, by the audit log."""
        entries = select(audit_entry.c.number).where(audit_entry.c.command == "content.bring")
        with reading(self.engine) as connection:
            return len(connection.execute(entries).all())

    def kept(self) -> set[str]:
        with reading(self.engine) as connection:
            return set(connection.execute(select(upload.c.id)).scalars())

    def change(self, login: str, **values: Any) -> None:
        with reading(self.engine) as connection:
            held = by_login(connection, login)
        same = {"login": login, "name": held.name, "roles": held.roles, "agency": held.agency, "active": True}
        self.commands.run(Operator(), "account.change", {**same, **values})

    def abandon(self, number: int) -> None:
        """The job of a worker that is gone is found and waits no more."""
        with writing(self.engine) as connection:
            lost = {"state": State.QUEUED, "lease_until": None, "not_before": self.clock.now()}
            connection.execute(job.update().where(job.c.id == number).values(**lost))
