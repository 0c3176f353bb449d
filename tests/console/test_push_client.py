"""The example client, as an agency would run it, also over a network that loses answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, text

from apps.console.services import Services
from core.database.engine import reading
from knowledge_base.editing.drafts import State, drafts, find_draft
from staff.actors import Operator

CLIENT = Path(__file__).resolve().parents[2] / "examples" / "push_content.py"
Push = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def token(services: Services) -> str:
    given = {"name": "cms", "agency": "ybj", "roles": ["editor"], "expires": "2026-06-30"}
    return str(services.commands.run(Operator(), "token.create", given))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "contents"
    made.mkdir()
    (made / "card.md").write_text("# 医保卡补办办法\n\n工本费二十元。\n", encoding="utf-8")
    guide = {"kind": "item", "external_id": "yd", "name": "异地就医备案", "materials": [{"name": "身份证"}]}
    (made / "guide.json").write_text(json.dumps(guide, ensure_ascii=False), encoding="utf-8")
    return made


@pytest.fixture
def push(token: str, folder: Path) -> Push:
    """Runs the client as a program of its own."""

    def run(address: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(CLIENT), address, str(folder), *arguments],
            env={**os.environ, "WEIZHENG_TOKEN": token, **environment},
            text=True, capture_output=True, check=False, timeout=120,
        )  # fmt: skip

    return run


def commands(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        told = text("SELECT command FROM audit_entry WHERE command LIKE 'content.%' ORDER BY number")
        return [row.command for row in connection.execute(told)]


def test_a_folder_is_pushed_and_pushed_again(push: Push, address: str, engine: Engine, folder: Path) -> None:
    done = push(address, "--submit")
    assert (done.returncode, done.stdout) == (0, "card.md: submitted\nguide.json: submitted\n"), done.stderr
    with reading(engine) as connection:
        found, _ = drafts(connection, agency="ybj", state=State.IN_REVIEW)
        assert sorted(one.title for one in found) == ["医保卡补办办法", "异地就医备案"]
    before = commands(engine)
    assert push(address, "--submit").stdout == "card.md: unchanged\nguide.json: unchanged\n"
    assert commands(engine) == before
    (folder / "card.md").write_text("# 医保卡补办办法\n\n工本费免收。\n", encoding="utf-8")
    assert push(address).stdout == "card.md: saved\nguide.json: unchanged\n"
    with reading(engine) as connection:
        held = find_draft(connection, "document", "card")
    assert held is not None
    assert (held.state, held.authors) == (State.EDITING, ("token:cms",))


def test_what_is_refused_is_named_and_the_rest_goes_on(
    push: Push, address: str, engine: Engine, folder: Path
) -> None:
    wrong = {"external_id": "a", "title": "坏", "text": "坏", "source_url": "javascript:1"}
    (folder / "a.json").write_text(json.dumps(wrong), encoding="utf-8")
    (folder / "b.json").write_text("{", encoding="utf-8")
    done = push(address)
    assert done.returncode == 1
    first, second, *rest = done.stdout.splitlines()
    assert first.startswith("a.json: failed: 400 bad_input")
    assert "source_url" in first
    assert second.startswith("b.json: failed")
    assert rest == ["card.md: saved", "guide.json: saved"]


def test_a_wrong_token_is_one_line(push: Push, address: str, engine: Engine) -> None:
    done = push(address, WEIZHENG_TOKEN="wz_wrong")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "401 unauthorized" in done.stderr
    assert commands(engine) == []


@pytest.fixture
def losing(address: str) -> Iterator[str]:
    """A proxy that hands every request on, and loses the first answer to each command."""
    seen: set[str] = set()
    inner = urlsplit(address)

    class Losing(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = HTTPConnection(str(inner.hostname), inner.port)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            key = self.headers.get("Idempotency-Key")
            if key and key not in seen:
                seen.add(key)
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _pass

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Losing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_a_network_that_loses_answers_each_command_runs_once(
    push: Push, losing: str, engine: Engine
) -> None:
    done = push(losing, "--submit")
    assert (done.returncode, done.stdout) == (0, "card.md: submitted\nguide.json: submitted\n"), done.stderr
    assert commands(engine) == ["content.save", "content.submit"] * 2
