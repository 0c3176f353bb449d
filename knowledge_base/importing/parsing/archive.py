"""An archive of files: each is handed on by itself; what is no file to read is told."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from knowledge_base.importing.parsing.containers import Container, is_link, shown_name
from knowledge_base.importing.parsing.limits import ARCHIVED_FILES
from knowledge_base.importing.parsing.messages import Archived, Contents, Message, Refused
from knowledge_base.importing.unreadable import Unreadable

_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".jar", ".iso"})
_OF_THE_SYSTEM = frozenset({"__macosx", "thumbs.db", "desktop.ini"})


def parse_archive(container: Container) -> Iterator[Message]:
    """How many files there are, and each in the order of the archive.

    Raises:
        Unreadable: There is none, or too many.
    """
    named = [(inner_name(shown_name(entry)), entry) for entry in container.entries]
    wanted = [(name, entry) for name, entry in named if not _is_of_the_system(name)]
    if not wanted:
        raise Unreadable("the archive holds no file", told="压缩包里没有文件。")
    if len(wanted) > ARCHIVED_FILES:
        raise Unreadable(
            f"holds more than {ARCHIVED_FILES} files",
            told=f"压缩包内的文件超过{ARCHIVED_FILES}个，请分批上传。",
        )
    yield Contents(len(wanted))
    for name, entry in wanted:
        yield _file(container, name, entry)


def inner_name(name: str) -> str:
    """A name below the archive: one that leads out of it is cut to its last part."""
    cleaned = name.replace("\\", "/").replace("\x00", "")
    path = PurePosixPath(cleaned)
    leads_out = path.is_absolute() or ".." in path.parts or ":" in cleaned
    return (path.name.rpartition(":")[2] if leads_out else str(path)) or "无名文件"


def _is_of_the_system(name: str) -> bool:
    parts = [part.lower() for part in PurePosixPath(name).parts]
    return any(part in _OF_THE_SYSTEM or part.startswith((".", "~$")) for part in parts)


def _file(container: Container, name: str, entry: zipfile.ZipInfo) -> Message:
    where = f"/{name}"
    if is_link(entry):
        return Refused("is a link", "这是链接而不是文件，已跳过。", where)
    if PurePosixPath(name).suffix.lower() in _ARCHIVES:
        return Refused("is an archive in an archive", "压缩包里的压缩包不读取，请解压后再上传。", where)
    try:
        return Archived(name, container.content(entry))
    except Unreadable as error:
        return Refused(error.reason, error.told, where)
