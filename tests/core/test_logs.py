"""Log lines are JSON with ids, counts and times, and repeat nothing that a citizen wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from core.errors import Unavailable
from core.logs import configure_logging, describe_error, new_request_id, request_context


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where this process's log lines go during a test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    configure_logging("portal", "INFO", out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_process_event_and_extras(stream: io.StringIO) -> None:
    logging.getLogger("x").info("answered", extra={"status": "no_answer", "took_ms": 12.5})
    (line,) = _lines(stream)
    assert (line["process"], line["event"], line["level"], line["logger"]) == (
        "portal",
        "answered",
        "INFO",
        "x",
    )
    assert (line["status"], line["took_ms"]) == ("no_answer", 12.5)
    assert line["at"].endswith("+00:00")


def test_a_request_id_is_on_every_line_inside_and_none_outside(stream: io.StringIO) -> None:
    identifier = new_request_id()
    with request_context(identifier):
        logging.getLogger("x").info("one")
    logging.getLogger("x").info("two")
    inside, outside = _lines(stream)
    assert inside["request_id"] == identifier
    assert "request_id" not in outside


def test_what_is_no_plain_value_is_left_out(stream: io.StringIO) -> None:
    logging.getLogger("x").info("event", extra={"request": {"text": "我的身份证丢了"}})
    assert "身份证" not in stream.getvalue()


def test_an_error_is_told_by_type_first_line_and_places(stream: io.StringIO) -> None:
    try:
        raise ValueError("bad value\n[parameters: 我叫张三]")
    except ValueError:
        logging.getLogger("x").exception("failed")
    (line,) = _lines(stream)
    assert line["error"] == "ValueError: bad value"
    assert "test_logs.py" in line["frames"][-1]
    assert "张三" not in stream.getvalue()


def test_long_numbers_in_an_error_are_cut() -> None:
    assert describe_error(ValueError("no such id 11010519491231002X")) == "ValueError: no such id …"


def test_an_error_of_ours_is_told_by_its_detail() -> None:
    assert describe_error(Unavailable("redis: timed out")) == "Unavailable: redis: timed out"


def test_access_lines_with_query_strings_are_silent(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info("GET /api/search?q=我的身份证丢了")
    logging.getLogger("httpx").info("POST http://127.0.0.1:5005/webhooks/rest/webhook?token=secret")
    assert stream.getvalue() == ""
