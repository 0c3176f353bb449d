"""Rasa's log lines in the shape of the other processes': JSON, with the request's id, without words.

Rasa and its libraries put messages, slots and whole trackers into theirs. Only our own modules' sentences
are kept; of another's line its place, its template or key, and the kind of its error have to be enough.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Any

PROCESS = "rasa"
# Rasa takes these from the root's handlers.
KEPT_FROM_THE_ROOT = ("sanic.root", "sanic.error", "tensorflow", "apscheduler", "jieba")
OURS = ("rest_channel", "redis_stores", "json_logs")
# As the portal makes them; anything else in its place is not ours to repeat.
_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_PERSONAL = re.compile(r"\d(?:[ -]?\d){6,}[\dXx]?|\S+[@＠]\S+")
_KEY = re.compile(r"[a-z0-9_.]{1,100}")
_FRAMES = 8

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


@contextmanager
def request_context(metadata: Any) -> Iterator[None]:
    """Log lines inside carry the request id of a message's metadata, if it has one."""
    given = metadata.get("request_id") if isinstance(metadata, dict) else None
    usable = isinstance(given, str) and _ID.fullmatch(given) is not None
    token = _request_id.set(given if usable else None)
    try:
        yield
    finally:
        _request_id.reset(token)


def configure_logging() -> None:
    """Send every logger to standard error as JSON lines, in place of what Rasa has set up."""
    handler = logging.StreamHandler()
    # Some loggers (jieba) set a level of their own, which costs time and says nothing.
    handler.setLevel(logging.ERROR)
    handler.setFormatter(JsonFormatter())
    for name in ("", *KEPT_FROM_THE_ROOT):
        logging.getLogger(name).handlers[:] = [handler]
    for name in KEPT_FROM_THE_ROOT:
        logging.getLogger(name).propagate = False


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": PROCESS,
            "logger": record.name,
            "event": _event(record),
            "place": f"{record.module}:{record.lineno}",
        }
        identifier = _request_id.get()
        if identifier:
            entry["request_id"] = identifier
        if record.exc_info and record.exc_info[1]:
            entry["error"] = type(record.exc_info[1]).__name__
            frames = traceback.extract_tb(record.exc_info[2])[-_FRAMES:]
            entry["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(entry, ensure_ascii=False)


def _event(record: logging.LogRecord) -> str:
    if record.name.split(".")[0] in OURS:
        return _PERSONAL.sub("…", record.getMessage())
    if record.args and isinstance(record.msg, str):
        # The template alone: what is filled in may be a citizen's.
        return _PERSONAL.sub("…", record.msg)
    return _structured_key(record.msg) or "not shown"


def _structured_key(message: object) -> str | None:
    """The key of a structured line of Rasa's, such as `processor.handle_message.failed`."""
    try:
        key = json.loads(str(message)).get("event")
    except (ValueError, AttributeError):
        return None
    return key if isinstance(key, str) and _KEY.fullmatch(key) else None
