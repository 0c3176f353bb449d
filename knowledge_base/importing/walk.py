"""Finds the files to import: folders in sorted order, nothing hidden, nothing outside the given folder."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge_base.importing.found import Problem, SourceFile, place_name

_ABOUT_THE_FOLDER = frozenset({"readme", "license", "licence", "copying", "changelog"})


def files(paths: Sequence[Path]) -> Iterator[SourceFile | Problem]:
    """Each file once, however often it is named; what cannot be imported as a problem."""
    seen: set[Path] = set()
    for path in paths:
        found = False
        for file in _below(path):
            found = True
            if isinstance(file, Problem):
                yield file
            elif (real := file.path.resolve()) not in seen:
                seen.add(real)
                yield file
        if not found:
            yield Problem(place_name(path), "the folder holds nothing to import")


def _below(path: Path) -> Iterator[SourceFile | Problem]:
    if path.is_dir():
        yield from _folder(path, path)
    elif path.exists():
        yield _file(path, path.name)
    else:
        yield Problem(place_name(path), "no such file or folder")


def _folder(folder: Path, root: Path) -> Iterator[SourceFile | Problem]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Problem(place_name(folder), f"cannot be read: {error.strerror}")
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            if not path.resolve().is_relative_to(root.resolve()):
                yield Problem(place_name(path), "a link that leads out of the folder is not followed")
        elif entry.is_dir():
            yield from _folder(path, root)
        elif entry.name.partition(".")[0].lower() not in _ABOUT_THE_FOLDER:
            yield _file(path, path.relative_to(root).as_posix())


def _file(path: Path, name: str) -> SourceFile | Problem:
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        return Problem(place_name(path), f"cannot be read: {error.strerror}")
    if not regular:
        return Problem(place_name(path), "is not a regular file")
    return SourceFile(path, place_name(path), unicodedata.normalize("NFC", name))
