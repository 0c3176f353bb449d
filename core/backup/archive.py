"""The backup's file: a tar that appears whole or not at all, and is read without trusting it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from core.backup.manifest import DATABASE, MANIFEST, Manifest, Part, parse
from core.errors import BadInput

Source = Path | bytes
OnProgress = Callable[[int, int], None]
_CHUNK: Final = 1024 * 1024
_MANIFEST_BYTES: Final = 1024 * 1024
# Keys and dialogue model are small; the database may be of any size.
_SMALL_BYTES: Final = 512 * 1024 * 1024


def describe(source: Source) -> Part:
    """Size and digest of a part."""
    digest, size = hashlib.sha256(), 0
    with _opened(source) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Part(bytes=size, sha256=digest.hexdigest())


def write(path: Path, manifest: Manifest, sources: Mapping[str, Source], on_progress: OnProgress) -> None:
    """Writes the backup for its owner only: under a temporary name, flushed to the disk, then named.

    Raises:
        BadInput: The file exists already; it stays as it is.
        OSError: It cannot be written; nothing is left behind.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write(file, manifest, sources, on_progress)
            file.flush()
            os.fsync(file.fileno())
        _name(draft, path)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _write(
    file: IO[bytes], manifest: Manifest, sources: Mapping[str, Source], on_progress: OnProgress
) -> None:
    total = sum(part.bytes for part in manifest.parts.values())
    seen = 0
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, MANIFEST, manifest.as_json(), manifest, lambda _: None)
        for name, source in sources.items():

            def progress(count: int) -> None:
                nonlocal seen
                seen += count
                on_progress(seen, total)

            _add(tar, name, source, manifest, progress)


def _add(
    tar: tarfile.TarFile, name: str, source: Source, manifest: Manifest, progress: Callable[[int], None]
) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.mtime = 0o600, int(manifest.created.timestamp())
    entry.size = manifest.parts[name].bytes if name in manifest.parts else len(manifest.as_json())
    with _opened(source) as file:
        tar.addfile(entry, _Told(file, progress))


class _Told(io.RawIOBase):
    """A file whose reads are counted."""

    def __init__(self, file: IO[bytes], progress: Callable[[int], None]) -> None:
        self._file = file
        self._progress = progress

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        chunk = self._file.read(size)
        self._progress(len(chunk))
        return chunk


@contextlib.contextmanager
def _opened(source: Source) -> Iterator[IO[bytes]]:
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        yield file


def _name(draft: Path, path: Path) -> None:
    try:
        # Unlike a rename, a link never takes the place of a file that is there.
        os.link(draft, path)
    except FileExistsError:
        raise already_there(path) from None
    except OSError:
        # A file system without links.
        if path.exists():
            raise already_there(path) from None
        draft.rename(path)


def already_there(path: Path) -> BadInput:
    """The refusal to write over a file."""
    return BadInput(f"{path} exists already, and no backup is written over. 文件已存在。")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Opened:
    """A backup that was read whole: the database in its own file, the small parts in memory."""

    manifest: Manifest
    database: Path
    small: Mapping[str, bytes]


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        BadInput: It is no backup.
    """
    with _tar(path) as tar:
        return _manifest(tar)


def unpack(path: Path, folder: Path, on_progress: OnProgress) -> Opened:
    """Reads a backup into a folder of ours, and compares every byte with the manifest.

    No name in it is ever used as a path: members are known by name, or the backup is refused.

    Raises:
        BadInput: It is no backup, or not whole.
    """
    small: dict[str, bytes] = {}
    database = folder / DATABASE
    with _tar(path) as tar:
        manifest = _manifest(tar)
        total = sum(part.bytes for part in manifest.parts.values())
        seen: set[str] = set()
        done = 0
        while (entry := tar.next()) is not None:
            part = _expected(entry, manifest, seen)
            seen.add(entry.name)
            if entry.name == DATABASE:
                with _private(database) as target:
                    _copy(tar, entry, part, target)
            else:
                buffer = io.BytesIO()
                _copy(tar, entry, part, buffer)
                small[entry.name] = buffer.getvalue()
            done += part.bytes
            on_progress(done, total)
        if missing := sorted(set(manifest.parts) - seen):
            raise BadInput(f"{path.name} is cut off: {', '.join(missing)} missing. 备份文件不完整。")
    return Opened(manifest, database, small)


@contextlib.contextmanager
def _tar(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except tarfile.TarError:
        raise BadInput(f"{path}: not a backup, or a damaged one. 不是备份文件，或文件已损坏。") from None
    except (FileNotFoundError, IsADirectoryError):
        raise BadInput(f"{path}: no such file. 找不到文件。") from None
    except EOFError:
        raise BadInput(f"{path.name} is cut off. 备份文件不完整。") from None


def _manifest(tar: tarfile.TarFile) -> Manifest:
    entry = tar.next()
    if entry is None or entry.name != MANIFEST or not entry.isreg() or entry.size > _MANIFEST_BYTES:
        raise BadInput("it does not begin with a manifest: not a backup. 不是备份文件。")
    file = tar.extractfile(entry)
    return parse(file.read() if file else b"")


def _expected(entry: tarfile.TarInfo, manifest: Manifest, seen: set[str]) -> Part:
    """The manifest's words on a member.

    Raises:
        BadInput: It is none that a backup has, comes twice, or is of another size.
    """
    part = manifest.parts.get(entry.name)
    too_big = entry.name != DATABASE and entry.size > _SMALL_BYTES
    if part is None or not entry.isreg() or entry.name in seen or entry.size != part.bytes or too_big:
        raise BadInput(f"it holds {entry.name!r}, which is not what its manifest says. 备份内容与清单不符。")
    return part


def _copy(tar: tarfile.TarFile, entry: tarfile.TarInfo, part: Part, target: IO[bytes]) -> None:
    source = tar.extractfile(entry)
    digest, count = hashlib.sha256(), 0
    while source and (chunk := source.read(_CHUNK)):
        target.write(chunk)
        digest.update(chunk)
        count += len(chunk)
    if count != part.bytes:
        raise BadInput(f"it is cut off in {entry.name}. 备份文件不完整。")
    if digest.hexdigest() != part.sha256:
        raise BadInput(f"{entry.name} in it is damaged: its digest is another. 备份内容已损坏（校验不符）。")


@contextlib.contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
