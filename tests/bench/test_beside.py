"""What is measured in turn is measured on questions that are new to all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bench.performance import beside
from bench.performance.load import Measured


@pytest.fixture
def server() -> Iterator[tuple[str, list[bytes]]]:
    """Answers everything, and keeps what was asked."""
    asked: list[bytes] = []

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    class Serving(ThreadingHTTPServer):
        # Sixteen come at once, and nobody is to be turned away.
        request_queue_size = 64

    with Serving(("127.0.0.1", 0), Answering) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}", asked
        serving.shutdown()
        thread.join()


def test_each_is_asked_the_same_and_nothing_twice(
    server: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "BLOCKS", 2)
    monkeypatch.setattr(beside, "BLOCK", 3)
    monkeypatch.setattr(beside, "ROUNDS", 1)
    monkeypatch.setattr(beside, "ROUND", 40)
    url, asked = server
    questions = [f"question number {number}." for number in range(66)]
    found = beside.beside({"bare": url, beside.OURS: url}, questions, ("bare", beside.OURS))
    turns = {name: (one["turns"], one["errors"]) for name, one in found.items()}
    assert turns == {"bare": (6, 0), "weizheng": (6, 0), "bare_at_16": (24, 0), "weizheng_at_16": (24, 0)}
    for question in questions:
        assert sum(question.encode() in body for body in asked) == 2, question


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        beside.beside({}, ["the same"] * 10_000, ())


def test_blocks_add_up() -> None:
    whole = Measured([0.1], [], 0.1)
    whole.add(Measured([0.3, 0.2], [503], 0.5))
    assert whole.as_json() == {"turns": 3, "per_s": 5.0, "p50_ms": 200.0, "p95_ms": 300.0, "errors": 1}
