"""What a full disk, an unwritable folder or a closed database is called, whichever library met it first."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

FULL = re.compile(r"no space left on device|disk quota exceeded|database or disk is full", re.IGNORECASE)
# Libraries written in Rust (safetensors, tokenizers, tantivy) hand an OSError over as text only.
FROM_RUST = re.compile(r"\(os error \d+\)")


def storage_failure(error: BaseException) -> str | None:
    """The line for an error that comes from the machine; None for one that is a fault of ours."""
    causes = list(_causes(error))
    if any(_is_full(cause) for cause in causes):
        files = [cause.filename for cause in causes if isinstance(cause, OSError) and cause.filename]
        return f"the disk is full{f': {files[0]}' if files else ''}: free some space. 磁盘空间不足。"
    return next((line for cause in causes if (line := _line(cause))), None)


def is_full(error: BaseException) -> bool:
    """Whether it, or what caused it, is a full disk."""
    return any(_is_full(cause) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from; not what merely was being handled when our own code failed."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return bool(FULL.search(str(error)))


def _line(error: BaseException) -> str | None:
    if isinstance(error, OSError):
        reason = error.strerror or _first_line(error)
        return f"{error.filename}: {reason}. 文件读写失败。" if error.filename else f"{reason}. 操作失败。"
    if FROM_RUST.search(str(error)):
        return f"{_first_line(error)}. 文件读写失败。"
    return _database_line(error)


def _database_line(error: BaseException) -> str | None:
    # Here and not above: every command would pay for the import.
    from sqlalchemy.exc import InterfaceError, OperationalError

    if not isinstance(error, OperationalError | InterfaceError):
        return None
    # The driver's own words: those around them hold the statement and its values.
    return f"the database does not answer: {_first_line(error.orig or error)} (DATABASE_URL). 数据库不可用。"


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
