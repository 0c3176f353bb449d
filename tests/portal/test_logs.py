"""Portal and action server as processes of their own, with everything behind them failing: what they log."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from core.database.engine import open_engine
from core.database.migrate import migrate
from core.keys import ensure_keys

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = ("13912345678", "11010519491231002X", "6222021234567890123", "wang@example.com", "川A12345")
TEXT = "我叫王小明，" + "，".join(NUMBERS) + "，居住证要什么材料"
JSON = {"content-type": "application/json"}
NAMES = ("PORTAL", "METRICS", "KNOWLEDGE", "ACTIONS", "RASA", "REDIS")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Failing(BaseHTTPRequestHandler):
    """Says back what it was asked, with an error."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))) or self.path.encode()
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_: object) -> None: ...


@contextmanager
def failing(port: int) -> Iterator[None]:
    """A part that answers so at a port."""
    with ThreadingHTTPServer(("127.0.0.1", port), Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@contextmanager
def process(module: str, env: dict[str, str], log: Path, probe: str) -> Iterator[None]:
    """One of our processes, with what it writes in a file."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", module], env=env, cwd=ROOT, stdout=output, stderr=output
        )
        try:
            give_up = time.monotonic() + 60
            while not _answers(probe):
                assert started.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < give_up
                time.sleep(0.1)
            yield
        finally:
            started.terminate()
            started.wait(timeout=20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=2).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An installation with an empty database."""
    ports = dict(zip(NAMES, free_ports(len(NAMES)), strict=True))
    engine = open_engine(f"sqlite:///{tmp_path}/home/weizheng.db")
    migrate(engine)
    engine.dispose()
    named = {f"{name}_PORT": str(port) for name, port in ports.items()}
    settings = {"WEIZHENG_HOME": str(tmp_path / "home"), "PORTAL_HOST": "127.0.0.1", "WEB_DEADLINE_S": "2"}
    return {**os.environ, **named, **settings, "LOG_LEVEL": "DEBUG"}


def talk(portal: str, actions: str, token: str) -> list[int]:
    """A chat with personal numbers everywhere they can be put; the statuses of its replies."""
    with httpx.Client(base_url=portal, trust_env=False, timeout=20) as citizen:
        replies = [
            citizen.post("/api/chat", json={"text": TEXT, "client_message_id": "1"}),
            citizen.post("/api/chat", json={"text": "x" * 3000 + TEXT}),
            citizen.post("/api/chat", json={"payload": NUMBERS[0], "region": NUMBERS[0]}),
            citizen.post("/api/chat", content=f'{{"text": "{TEXT}"', headers=JSON),
            citizen.post("/api/feedback", json={"answer_id": NUMBERS[0], "useful": False, "text": TEXT}),
            citizen.get("/api/search", params={"q": TEXT}),
            citizen.get(f"/api/items/{NUMBERS[0]}"),
            citizen.get(f"/{NUMBERS[0]}", headers={"origin": f"http://{NUMBERS[0]}"}),
            citizen.get("/api/me/export"),
            citizen.get("/readyz"),
        ]
    said = {"text": TEXT}
    tracker = {"sender_id": NUMBERS[0], "latest_message": said, "slots": {}, "events": [said]}
    call = {"next_action": "action_ask", "sender_id": NUMBERS[0], "tracker": tracker, "domain": {}}
    for body in (call, {**call, "tracker": {"latest_message": {"metadata": TEXT}}}):
        replies.append(
            httpx.post(f"{actions}/webhook", params={"token": token}, json=body, trust_env=False, timeout=20)
        )
    return [reply.status_code for reply in replies]


def silly(port: int) -> None:
    """What is no HTTP at all, with a number in it."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        connection.sendall(f"13912345678 {TEXT}\r\n\r\n".encode())
        connection.recv(1000)


@pytest.mark.parametrize("parts_answer", [True, False])
def test_no_log_of_a_failing_stack_holds_a_personal_number(
    env: dict[str, str], tmp_path: Path, parts_answer: bool
) -> None:
    urls = {name: f"http://127.0.0.1:{env[f'{name}_PORT']}" for name in NAMES}
    logs = [tmp_path / "portal.log", tmp_path / "actions.log"]
    token = ensure_keys(tmp_path / "home").service_token
    with (
        process("apps.portal", env, logs[0], urls["PORTAL"] + "/healthz"),
        process("actions", env, logs[1], urls["ACTIONS"] + "/healthz"),
    ):
        if parts_answer:
            with failing(int(env["KNOWLEDGE_PORT"])), failing(int(env["RASA_PORT"])):
                statuses = talk(urls["PORTAL"], urls["ACTIONS"], token)
        else:
            statuses = talk(urls["PORTAL"], urls["ACTIONS"], token)
        silly(int(env["PORTAL_PORT"]))
    assert statuses[0] == 503
    written = "".join(log.read_text(encoding="utf-8") for log in logs)
    lines = [json.loads(line) for line in written.splitlines()]
    assert {line["process"] for line in lines} == {"portal", "actions"}
    assert any(line["event"] == "request failed" and "request_id" in line for line in lines)
    for secret in (*NUMBERS, "王小明", "居住证", token):
        assert secret not in written, secret
