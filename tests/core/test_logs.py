"""Log lines are JSON with ids, counts and times, and repeat nothing that a citizen wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from core.errors import Unavailable
from core.logs import JsonFormatter, configure_logging, describe_error, new_request_id, request_context
from tests.effort import loops


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
    assert (
        describe_error(ValueError("no such id 11010519491231002X")) == "ValueError: no such id 〔身份证号〕"
    )
    assert describe_error(ValueError("no such row 123456789")) == "ValueError: no such row …"


PERSONAL = (
    "13912345678",
    "139 1234 5678",
    "１３９１２３４５６７８",
    "11010519491231002X",
    "6222021234567890123",
    "zhang.san@example.com",
    "zhang＠example.com",
    "川A12345",
    "E12345678",
)


@pytest.mark.parametrize("number", PERSONAL)
def test_personal_numbers_in_event_extras_and_errors_are_masked(stream: io.StringIO, number: str) -> None:
    try:
        raise ValueError(f"cannot read {number}")
    except ValueError:
        logging.getLogger("x").exception("failed on %s", number, extra={"reason": f"got {number} here"})
    logging.getLogger("x").info(f"plain {number}")
    assert number not in stream.getvalue()
    first = _lines(stream)[0]
    assert first["event"].startswith("failed on 〔")
    assert first["reason"].startswith("got 〔")


def test_numbers_that_are_nobodys_stay(stream: io.StringIO) -> None:
    identifier = "a13912345678b0c1d2e3f405"
    extra = {"answer_id": identifier, "url": "http://127.0.0.1:8100", "port": 13912345678, "ms": 12.5}
    logging.getLogger("x").info("answered in 12345 ms", extra=extra)
    (line,) = _lines(stream)
    assert {name: line[name] for name in extra} == extra
    assert line["event"] == "answered in 12345 ms"


def test_lines_of_the_server_and_the_client_are_json_as_well(stream: io.StringIO) -> None:
    for name in ("uvicorn.error", "httpx", "asyncio"):
        logging.getLogger(name).error("failed for 13912345678")
    assert [line["logger"] for line in _lines(stream)] == ["uvicorn.error", "httpx", "asyncio"]
    assert "13912345678" not in stream.getvalue()


def test_the_filter_costs_microseconds_on_an_ordinary_line() -> None:
    record = logging.makeLogRecord(
        {"msg": "turn", "answer_id": "a1b2c3d4e5f6a7b8c9d0e1f2", "status": "ok", "ms": 12.5}
    )
    formatter = JsonFormatter("portal")
    assert loops(lambda: formatter.format(record), times=1000) < 400


def test_an_error_of_ours_is_told_by_its_detail() -> None:
    assert describe_error(Unavailable("redis: timed out")) == "Unavailable: redis: timed out"


def test_access_lines_with_query_strings_are_silent(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info("GET /api/search?q=我的身份证丢了")
    logging.getLogger("httpx").info("POST http://127.0.0.1:5005/webhooks/rest/webhook?token=secret")
    assert stream.getvalue() == ""
