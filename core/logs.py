"""Log lines as JSON with the request's id. Events carry ids, counts and times, never a citizen's words.

Masking every text once more is the last line of defence, not the first: whoever logs leaves words out.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from core.errors import WeizhengError
from core.text.masking import mask

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
# Their lines hold addresses with query strings: a citizen's words, or a token.
_TALKATIVE = ("uvicorn.access", "httpx", "httpcore", "alembic")
# What no mask can change is told apart first: masking costs microseconds a character.
_MAY_BE_PERSONAL = re.compile(r"[\d@＠﹫]")
# Ids of ours: digits among them may look like a number of somebody's.
_OWN_ID = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{16,64}")
_PLACES = 8
_LONG_NUMBER = re.compile(r"\d{7,}[\dXx]?")


def new_request_id() -> str:
    """A fresh id under which one question is followed through all processes."""
    return secrets.token_hex(8)


@contextmanager
def request_context(identifier: str) -> Iterator[None]:
    """Log lines inside carry this request's id."""
    token = request_id.set(identifier)
    try:
        yield
    finally:
        request_id.reset(token)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, process, logger, event, request id, then the extras."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record; extras that are not plain values are left out."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
            "event": _safe(record.getMessage()),
        }
        identifier = request_id.get()
        if identifier:
            entry["request_id"] = identifier
        entry.update(_extras(record))
        if record.exc_info and record.exc_info[1]:
            entry["error"] = describe_error(record.exc_info[1])
            entry["frames"] = _frames(record.exc_info[2])
        return json.dumps(entry, ensure_ascii=False)


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {
        name: _safe(value) if isinstance(value, str) else value
        for name, value in vars(record).items()
        if name not in _STANDARD and isinstance(value, str | int | float | bool | None)
    }


def _safe(text: str) -> str:
    """The text without personal numbers, whoever put them there."""
    return text if not _MAY_BE_PERSONAL.search(text) or _OWN_ID.fullmatch(text) else mask(text)


def defect(error: BaseException) -> dict[str, str]:
    """What a log line may tell of what should not happen: not its message, which may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return {"kind": type(error).__name__, "places": places}


def describe_error(error: BaseException) -> str:
    """Type and first line of an error.

    Later lines of database and validation errors repeat the values that were given, which may be a
    citizen's, and so may long numbers in the first.
    """
    text = error.detail if isinstance(error, WeizhengError) else str(error)
    first = text.splitlines()[0] if text else ""
    return f"{type(error).__name__}: {_LONG_NUMBER.sub('…', _safe(first))}".rstrip(": ")


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def configure_logging(process: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every logger of this process to one stream (standard error if not told) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
