"""Folders of saved indexes: whole ones to start from, and a private one for each process that runs.

`saved-…` is complete once it holds a manifest, and is never changed; `live-…` belongs to the process that
holds its lock and goes with it. Files of an index are never changed once written, so that copies are links.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_MANIFEST = "manifest.json"
_LOCK = "lock"
_META = "meta.json"
_TRIES = 20
# Somebody may be starting from an older copy while a newer one is written.
_LEFT_TO_READERS_S = 60.0

Manifest = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SavedIndex:
    """A whole saved index and the revision of the catalogue that it holds."""

    folder: Path
    revision: int


class IndexFolders:
    """The saved indexes under one folder, and one process's own.

    Args:
        root: Made where it is missing.
        manifest: What a saved index must have been made with to be of use here.

    Raises:
        OSError: The folder cannot be written to.
    """

    def __init__(self, root: Path, manifest: Manifest) -> None:
        self._root = root
        self._manifest = dict(manifest)
        root.mkdir(parents=True, exist_ok=True)
        self._clear_dead()
        self._own = root / f"live-{uuid4().hex}"
        self._own.mkdir()
        self._lock = _locked(self._own / _LOCK)

    def fresh(self) -> Path:
        """An empty folder of this process; those before it are of no use any more."""
        for old in self._own.iterdir():
            if old.is_dir():
                shutil.rmtree(old, ignore_errors=True)
        folder = self._own / uuid4().hex
        folder.mkdir()
        return folder

    def latest(self, epoch: str) -> SavedIndex | None:
        """The newest of this catalogue and this way of making it; None where there is none."""
        found = [saved for folder in self._root.glob("saved-*") if (saved := self._read(folder, epoch))]
        return max(found, key=lambda saved: saved.revision, default=None)

    def save(self, write: Callable[[Path], None], epoch: str, revision: int) -> None:
        """Makes a saved index of what `write` puts into a folder, and drops older ones.

        Raises:
            OSError: Nothing was saved.
        """
        folder = self._root / f"saved-{uuid4().hex}"
        try:
            folder.mkdir()
            write(folder)
            manifest = {**self._manifest, "epoch": epoch, "revision": str(revision)}
            unfinished = folder / f"{_MANIFEST}.new"
            unfinished.write_text(json.dumps(manifest), encoding="utf-8")
            unfinished.rename(folder / _MANIFEST)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        for other in self._root.glob("saved-*"):
            if other != folder and _age_s(other) > _LEFT_TO_READERS_S:
                shutil.rmtree(other, ignore_errors=True)

    def close(self) -> None:
        """Gives the process's own folder up."""
        shutil.rmtree(self._own, ignore_errors=True)
        os.close(self._lock)

    def _read(self, folder: Path, epoch: str) -> SavedIndex | None:
        try:
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            revision = int(manifest.pop("revision"))
        except (OSError, ValueError, KeyError):
            return None
        return SavedIndex(folder, revision) if manifest == {**self._manifest, "epoch": epoch} else None

    def _clear_dead(self) -> None:
        """Removes what killed processes left behind."""
        for folder in self._root.glob("live-*"):
            with suppress(OSError):
                os.close(_locked(folder / _LOCK))
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self._root.glob("saved-*"):
            if not (folder / _MANIFEST).exists() and _age_s(folder) > _LEFT_TO_READERS_S:
                shutil.rmtree(folder, ignore_errors=True)


def copy_committed(source: Path, target: Path) -> None:
    """Copies an index of tantivy whose merges may go on meanwhile, by links where the disk has them.

    Raises:
        OSError: It cannot be copied.
    """
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(0.05)
        shutil.rmtree(target, ignore_errors=True)
        meta = (source / _META).read_bytes()
        with suppress(FileNotFoundError):
            copy_files(source, target)
            if (target / _META).read_bytes() == meta == (source / _META).read_bytes():
                return
    raise OSError("the index does not come to rest. 索引文件一直在变。")


def copy_files(source: Path, target: Path) -> None:
    """Copies the files of a folder, without locks; lists are copied, all else is linked where possible.

    Raises:
        OSError: As `shutil.copy2`.
    """
    target.mkdir(parents=True, exist_ok=True)
    for path in _files(source):
        # Lists are written anew in place of the old ones; what they name is never changed.
        (shutil.copy2 if path.suffix == ".json" else _link)(path, target / path.name)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix != ".lock")


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, target)


def _locked(path: Path) -> int:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _age_s(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0
