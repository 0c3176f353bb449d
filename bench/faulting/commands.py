"""Two imports at once, and a restore, while citizens ask."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.faulting.scene import Happened, Scene, Wrong
from bench.kept import answers_in_backup
from bench.performance.large_base import documents
from bench.running import PROJECT, WEIZHENG, told
from core.catalogue.models import Document, Status
from core.catalogue.tables import document, passage
from core.database.engine import open_engine, reading
from knowledge_base.passages.chunk import chunk

DOCUMENTS = 4
FILES = 2
# Between the backup and its restore, so that there is something that the restore takes away.
BETWEEN_S = 4.0


def two_imports(scene: Scene) -> Happened:
    """The same folder is imported by two commands at the same time."""
    made = list(islice(documents(seed=2), DOCUMENTS))
    folder = scene.scratch / "documents"
    _write(folder, made)
    command = [str(WEIZHENG), "kb", "import", str(folder), "--publish"]
    env, begun = {**os.environ, "WEIZHENG_HOME": str(scene.home)}, time.monotonic()
    both = [
        subprocess.Popen(
            command, env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    said = [one.communicate()[0] for one in both]
    removed = time.monotonic()
    if any(one.returncode for one in both):
        raise Wrong(f"an import failed: {' / '.join(said)}")
    _require_once(scene.home, made)
    return Happened(begun, removed, {"documents": len(made), "said": [text.strip() for text in said]})


def _write(folder: Path, made: Sequence[Document]) -> None:
    folder.mkdir()
    for number in range(FILES):
        lines = [json.dumps(_line(one), ensure_ascii=False) for one in made[number::FILES]]
        (folder / f"{number}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(one: Document) -> dict[str, Any]:
    """A document as a line of an import file; what it does not say is left out."""
    return {
        name: str(value) for name, value in asdict(one).items() if isinstance(value, str | date) and value
    }


def _require_once(home: Path, made: Sequence[Document]) -> None:
    """Each document is there once, published, with the passages that it has alone."""
    wanted = {one.external_id: len(chunk(one, one.title or "")) for one in made}
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    counted = (
        select(document.c.external_id, func.count(passage.c.id))
        .join(passage, (passage.c.record_id == document.c.id) & (passage.c.kind == "document"))
        .where(document.c.external_id.in_(wanted), document.c.status == Status.PUBLISHED)
        .group_by(document.c.id)
    )
    with reading(engine) as connection:
        found = [(name, count) for name, count in connection.execute(counted)]
    engine.dispose()
    if sorted(found) != sorted(wanted.items()):
        raise Wrong(f"passages of the imported documents: {sorted(found)}, not {sorted(wanted.items())}")


def restored(scene: Scene) -> Happened:
    """A backup is taken in use, citizens go on, and it is restored in use."""
    file = scene.scratch / "backup.tar"
    told(scene.home, "backup", file)
    time.sleep(BETWEEN_S)
    begun = time.monotonic()
    done = told(scene.home, "restore", file, "--yes")
    removed = time.monotonic()
    scene.elsewhere |= answers_in_backup(Path(done["safety_copy"]), scene.scratch / "safety")
    return Happened(begun, removed, {"restore_s": done["seconds"]})
