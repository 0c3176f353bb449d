"""Makes drafts of an upload, in the name of whoever brought it: file after file, each record once."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine

from core.clock import Clock
from core.commands import Denied
from core.database.engine import reading
from core.errors import NotFound, WeizhengError
from core.jobs.context import Context
from core.jobs.models import Stopped
from core.jobs.reads import Jobs
from core.logs import defect
from knowledge_base.editing.uploads import BRING, Uploaded, saved
from knowledge_base.importing.found import Found, OpenFile, Problem
from knowledge_base.importing.parsing.limits import PROBLEMS
from knowledge_base.importing.parts import Part, parts_of
from knowledge_base.importing.records import Builder
from knowledge_base.importing.uploads import TOO_MANY
from knowledge_base.uploads.keeping import Gone, drop_bytes, give_out
from knowledge_base.uploads.reads import Kept, find_upload
from knowledge_base.uploads.results import outcomes, put_result, recorded
from staff.accounts import actor_of, by_login
from staff.actors import AccountActor
from staff.runner import CommandRunner

log = logging.getLogger(__name__)
# Then whatever else is due goes first, and this goes on where it stood.
GIVES_WAY_AFTER_S: Final = 20.0
_PROBLEM: Final = "problem"
_EMPTY: Final = "文件里没有读到内容。"
_BROKEN: Final = "这条内容未能保存，请联系管理员查看日志。"


@dataclass(frozen=True)
class Importing:
    """The handler.

    Attributes:
        commands: `content.bring` among them.
        timer: Seconds that only grow.
    """

    engine: Engine
    clock: Clock
    commands: CommandRunner
    timer: Callable[[], float] = time.monotonic

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """How many records came to what."""
        job = context.job
        with reading(self.engine) as connection:
            kept = find_upload(connection, str(job.params["upload"]))
        if kept is None:
            raise Gone("upload is forgotten")
        total = job.total
        if not total or job.done < total:
            total = self._read(context, kept)
        with context.step(total, total) as connection:
            drop_bytes(connection, kept.id)
            return outcomes(connection, kept.id)

    def _read(self, context: Context, kept: Kept) -> int:
        """Reads the files that are left; how many there are in all."""
        actor, ends = self.uploader(kept), self.timer() + GIVES_WAY_AFTER_S
        total = context.job.total or max(kept.files, 1)
        # It has no name, so that nothing of it stays, however this process ends.
        with tempfile.TemporaryFile() as whole:
            give_out(self.engine, kept.id, whole)
            file = OpenFile(whole, place=kept.name, name=kept.name)
            parts = parts_of(file, Builder(kept.filling), after=context.job.done)
            try:
                for part in parts:
                    total = part.total
                    if not _File(self, context, kept, actor, part).read():
                        break
                    self._give_way(part, ends)
            finally:
                parts.close()
        return total

    def uploader(self, kept: Kept) -> AccountActor:
        """Whoever brought it, with their rights of this moment.

        Raises:
            NotFound: They have no account any more.
        """
        with reading(self.engine) as connection:
            account = by_login(connection, kept.actor)
            if not account.active:
                told = "上传人的账号已停用，其余文件没有导入。"
                raise NotFound("the uploader is not active any more", public_message=told)
            return actor_of(connection, account, self.clock.today())

    def _give_way(self, part: Part, ends: float) -> None:
        is_time = part.number < part.total and self.timer() >= ends
        if is_time and Jobs(self.engine, self.clock).waiting() > timedelta():
            raise Stopped("other jobs are due")


@dataclass
class _File:
    """One file of an upload as it is read."""

    importing: Importing
    context: Context
    kept: Kept
    actor: AccountActor
    part: Part

    def read(self) -> bool:
        """Saves its records from where an earlier run stood; whether the next file is to be read."""
        with reading(self.importing.engine) as connection:
            known = recorded(connection, self.kept.id, self.part.number)
            problems = outcomes(connection, self.kept.id).get(_PROBLEM, 0)
        record = 0
        for record, found in enumerate(self.part.found, 1):
            self.context.check()
            if record > known:
                problems += self._save(record, found)
            # What an earlier run has saved ends nothing: it was broken off before it said so.
            if record >= known and problems >= PROBLEMS:
                self._end(record + 1, TOO_MANY)
                return False
        self._end(1, "" if record or known else _EMPTY)
        return True

    def _save(self, record: int, found: Found | Problem) -> bool:
        """Whether it is a problem. A draft and what is told of it are one transaction."""

        def bring(given: Mapping[str, Any], told: Callable[[Any], Uploaded]) -> Uploaded:
            def also(connection: Connection, drafted: Any) -> None:
                self._note(connection, record, told(drafted))

            try:
                return told(self.importing.commands.run(self.actor, BRING, given, also=also))
            except Denied:
                self.importing.uploader(self.kept)
                raise

        try:
            one = saved(found, bring)
        except WeizhengError:
            raise
        except Exception as error:
            log.error("a record of an upload cannot be saved", extra=defect(error))
            one = Uploaded(_PROBLEM, found.place, told=_BROKEN)
        if one.outcome != _PROBLEM:
            return False
        with self.context.step(*self._stands) as connection:
            put_result(connection, self.kept.id, self.part.number, record, one)
        return True

    def _note(self, connection: Connection, record: int, one: Uploaded) -> None:
        self.context.note(connection, *self._stands)
        put_result(connection, self.kept.id, self.part.number, record, one)

    @property
    def _stands(self) -> tuple[int, int, str]:
        return self.part.number - 1, self.part.total, self.part.place

    def _end(self, record: int, told: str) -> None:
        """The file is read; with a last problem where there is one to tell of."""
        part = self.part
        with self.context.step(part.number, part.total, part.place) as connection:
            if told:
                one = Uploaded(_PROBLEM, part.place, told=told)
                put_result(connection, self.kept.id, part.number, record, one)
