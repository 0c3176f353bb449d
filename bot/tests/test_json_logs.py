"""Rasa's log lines: JSON as the other processes write it, and no words of a citizen whoever logged them."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

from json_logs import KEPT_FROM_THE_ROOT, JsonFormatter, request_context
from rest_channel import TokenRest

WORDS = "我叫王小明住在梧桐路"
BOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_TOKEN", "a-token-of-this-test-only")


def line(
    name: str, message: object, *arguments: object, error: BaseException | None = None
) -> dict[str, Any]:
    """A record as it is written."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, "/x/processor.py", 7, message, arguments, exc_info)
    found: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return found


def test_a_line_has_the_fields_of_the_other_processes() -> None:
    written = line("rest_channel", "turn failed: %s", "KeyError")
    assert written["event"] == "turn failed: KeyError"
    assert (written["process"], written["level"], written["place"]) == ("rasa", "ERROR", "processor:7")
    assert written["at"].endswith("+00:00")
    assert "request_id" not in written


@pytest.mark.parametrize(
    ("message", "arguments", "event"),
    [
        (f"cannot handle {WORDS}", (), "not shown"),
        ("cannot handle %s", (WORDS,), "cannot handle %s"),
        (json.dumps({"event": "processor.message.failed", "text": WORDS}), (), "processor.message.failed"),
        (json.dumps({"event": WORDS}), (), "not shown"),
        (json.dumps([WORDS]), (), "not shown"),
        (RuntimeError(WORDS), (), "not shown"),
    ],
)
def test_of_the_lines_of_others_no_words_are_kept(message: object, arguments: Any, event: str) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        written = line("rasa.core.processor", message, *arguments, error=error)
    assert written["event"] == event
    assert written["error"] == "ValueError"
    assert WORDS not in json.dumps(written, ensure_ascii=False)


@pytest.mark.parametrize("number", ["13912345678", "139 1234 5678", "11010519491231002X", "a@example.com"])
def test_our_own_lines_hold_no_personal_numbers_either(number: str) -> None:
    assert number not in json.dumps(line("redis_stores", f"cannot store {number}"))


@pytest.mark.parametrize(
    ("metadata", "kept"),
    [({"request_id": "a1b2"}, "a1b2"), ({"request_id": WORDS + " "}, None), ({}, None), (None, None)],
)
def test_lines_inside_carry_the_request_s_id(metadata: Any, kept: str | None) -> None:
    with request_context(metadata):
        assert line("x", "y").get("request_id") == kept
    assert "request_id" not in line("x", "y")


def test_every_logger_writes_such_lines_whatever_rasa_has_set_up() -> None:
    names = ("", *KEPT_FROM_THE_ROOT)
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger.handlers[:], logger.propagate) for logger in loggers]
    try:
        logging.getLogger().addHandler(logging.StreamHandler())
        TokenRest.from_credentials({"json_logs": True})
        for logger in loggers:
            (handler,) = logger.handlers
            assert isinstance(handler.formatter, JsonFormatter)
    finally:
        for logger, (handlers, propagate) in zip(loggers, before, strict=True):
            logger.handlers[:] = handlers
            logger.propagate = propagate


def test_the_credentials_ask_for_them() -> None:
    credentials = yaml.safe_load((BOT / "credentials.yml").read_text(encoding="utf-8"))
    assert credentials == {"rest_channel.TokenRest": {"json_logs": True}}
