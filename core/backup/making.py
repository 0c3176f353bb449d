"""Makes a backup: a snapshot of the database, the trained dialogue model, and the sealed keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from core.backup import archive, snapshot
from core.backup.archive import OnProgress
from core.backup.manifest import DATABASE, FORMAT, Manifest
from core.clock import Clock


@dataclass(frozen=True)
class Contents:
    """What goes in beside the database.

    Attributes:
        program: Version of weizheng.
        vectors: Whether the vectors go in.
        demo: Digest of the demonstration city that the database holds.
        small: Sealed keys and dialogue model, by the names of their parts.
    """

    program: str
    vectors: bool = True
    demo: str | None = None
    small: Mapping[str, bytes] = field(default_factory=dict)


def make(
    engine: Engine, target: Path, scratch: Path, contents: Contents, clock: Clock, on_progress: OnProgress
) -> Manifest:
    """Writes a backup; the database may be in use.

    Args:
        target: The file; there must be none.
        scratch: A private, empty folder with room for the database.

    Raises:
        BadInput: The file exists.
        Unavailable: The database does not answer.
        OSError: The file cannot be written; nothing of it is left.
    """
    if target.exists():
        raise archive.already_there(target)
    created = clock.now()
    database = scratch / DATABASE
    taken = snapshot.take(engine, database, vectors=contents.vectors, on_progress=on_progress)
    sources: dict[str, archive.Source] = {DATABASE: database, **contents.small}
    manifest = Manifest(
        format=FORMAT,
        program=contents.program,
        schema_revision=taken.schema_revision,
        epoch=taken.epoch,
        revision=taken.revision,
        created=created,
        vectors=contents.vectors,
        demo=contents.demo,
        rows=taken.rows,
        parts={name: archive.describe(source) for name, source in sources.items()},
    )
    archive.write(target, manifest, sources, on_progress)
    database.unlink()
    return manifest
