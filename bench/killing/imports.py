"""The import that is broken off: an archive of small files, and what has to stand there afterwards."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from bench.killing.plant import Plant
from core.catalogue.models import Agency, Document
from core.catalogue.payloads import from_payload
from core.catalogue.writes import CatalogueWrites
from core.database.engine import reading
from knowledge_base.editing.commands import Editing
from knowledge_base.editing.tables import draft
from knowledge_base.uploads.commands import UPLOAD_COMMANDS
from knowledge_base.uploads.keeping import Brought, take_in
from knowledge_base.uploads.tables import upload_chunk, upload_result
from staff.account_commands import ACCOUNT_COMMANDS
from staff.accounts import actor_of, by_login
from staff.actors import Operator
from staff.runner import CommandRunner
from staff.tables import audit_entry

_ROWS: Final = 3
_LOGIN: Final = "bench.editor"
_AGENCY: Final = Agency(external_id="bench", name="示例市试验局")


@dataclass(frozen=True)
class Archive:
    """Files that become drafts, and some that cannot be read.

    Attributes:
        texts: Text of each draft that has to be there by its external id.
        bad: How many files cannot be read.
    """

    content: bytes
    files: int
    texts: Mapping[str, str]
    bad: int


def archive(files: int) -> Archive:
    """Every tenth file is a table of three records, every tenth can be read by nobody."""
    kept, bad = io.BytesIO(), 0
    texts: dict[str, str] = {}
    with zipfile.ZipFile(kept, "w") as packed:
        for number in range(1, files + 1):
            if number % 10 == 0:
                packed.writestr(f"{number}.docx", b"no word file")
                bad += 1
                continue
            names = [f"r{number}-{row}" for row in range(_ROWS)] if number % 10 == 5 else [f"f{number}"]
            own = {name: f"{name}号通知\n这件事在窗口办理，第 {number} 份文件。" for name in names}
            texts |= own
            if len(own) == 1:
                packed.writestr(f"{names[0]}.txt", own[names[0]])
            else:
                packed.writestr(f"{number}.jsonl", "".join(map(_line, own.items())))
    return Archive(kept.getvalue(), files, texts, bad)


def _line(record: tuple[str, str]) -> str:
    name, text = record
    said = {"external_id": name, "title": f"{name}号通知", "text": text}
    return json.dumps(said, ensure_ascii=False) + "\n"


def put(plant: Plant, brought: Archive) -> int:
    """Uploads it as the console does; the number of its job."""
    commands = CommandRunner(
        plant.engine, plant.clock, [*ACCOUNT_COMMANDS, *Editing().commands, *UPLOAD_COMMANDS]
    )
    CatalogueWrites(plant.engine).put_agency(_AGENCY)
    account = {"login": _LOGIN, "name": "试验", "password": "correct horse 42", "roles": ["editor"]}
    commands.run(Operator(), "account.add", {**account, "agency": _AGENCY.external_id})
    with reading(plant.engine) as connection:
        actor = actor_of(connection, by_login(connection, _LOGIN), plant.clock.today())
    filling = {"agency": _AGENCY.name, "region": "510100", "kind": "policy"}
    told = Brought("全部.zip", brought.files, _AGENCY.external_id, _LOGIN, filling)
    name = take_in(plant.engine, plant.clock, io.BytesIO(brought.content), told)
    number: int = commands.run(actor, "upload.import", {"id": name})
    plant.waker.wake(number)
    return number


def compared(plant: Plant, brought: Archive) -> dict[str, Any]:
    """Drafts, what is told of each record and what the audit log says, against the archive."""
    bring = audit_entry.c.command == "content.bring"
    with reading(plant.engine) as connection:
        drafts = connection.execute(select(draft.c.external_id, draft.c.payload, draft.c.authors)).all()
        told = connection.execute(select(upload_result.c.outcome, upload_result.c.external_id)).all()
        entries = connection.execute(select(audit_entry.c.subject_id).where(bring)).scalars().all()
        chunks = len(connection.execute(select(upload_chunk.c.number)).all())
    texts = {row.external_id: from_payload(Document, row.payload).text for row in drafts}
    told_of = Counter(row.external_id for row in told if row.outcome == "drafted")
    bad = sum(row.outcome == "problem" for row in told)
    runs = Counter(entries)
    lost = {name for name in brought.texts if name not in texts or not told_of[name]}
    return {
        "files": brought.files,
        "drafts": len(texts),
        "unreadable": bad,
        "lost": len(lost) + max(0, brought.bad - bad),
        "doubled": _twice(runs) + _twice(told_of) + max(0, bad - brought.bad) + len(drafts) - len(texts),
        "other_than_the_file": sum(
            texts[name] != text for name, text in brought.texts.items() if name in texts
        ) + len(set(texts) - set(brought.texts)) + sum(list(row.authors) != [_LOGIN] for row in drafts),
        "bytes_left": chunks,
    }  # fmt: skip


def _twice(counted: Counter[str]) -> int:
    return sum(count - 1 for count in counted.values())
