"""The way into Rasa: only for who shows the token, and a failed turn leaves no words in the log."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession, ClientTimeout
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from json_logs import JsonFormatter
from rest_channel import TokenRest

TOKEN = "a-token-of-this-test-only"
WORDS = "我叫王小明住在梧桐路"
ADDRESS = "/webhooks/rest/webhook"
OnMessage = Callable[[UserMessage], Awaitable[None]]


async def echo(message: UserMessage) -> None:
    await message.output_channel.send_text_message(message.sender_id, f"got {message.text}")


async def crash(message: UserMessage) -> None:
    raise RuntimeError(f"cannot handle {message.text}")


def send(
    on_message: OnMessage,
    method: str = "POST",
    path: str = ADDRESS,
    query: str = "",
    patience_s: float = 30.0,
    metadata: Any = None,
) -> tuple[int, Any]:
    """One request to the channel alone in a server; its status and JSON."""

    async def run() -> tuple[int, Any]:
        app = Sanic("channel", configure_logging=False)
        app.blueprint(TokenRest.from_credentials(None).blueprint(on_message), url_prefix="/webhooks/rest")
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = await app.create_server(sock=listening, return_asyncio_server=True)
            assert server is not None
            await server.startup()
            url = f"http://127.0.0.1:{listening.getsockname()[1]}{path}?{query}"
            body = {"sender": "c1", "message": WORDS, "metadata": metadata}
            try:
                session = ClientSession(timeout=ClientTimeout(patience_s))
                async with session as http, http.request(method, url, json=body) as response:
                    return response.status, await response.json()
            finally:
                await server.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_TOKEN", TOKEN)
    monkeypatch.setattr(Sanic, "test_mode", True)


@pytest.mark.parametrize("query", ["", "token=", "token=wrong", f"token={TOKEN}x", f"token={quote('错')}"])
def test_without_the_token_no_message_is_handled(query: str) -> None:
    status, said = send(crash, query=query)
    assert status == 401
    assert said["error"]["code"] == "unauthorised"


def test_with_the_token_the_message_is_answered() -> None:
    status, said = send(echo, query=f"token={TOKEN}")
    assert status == 200
    assert said == [{"recipient_id": "c1", "text": f"got {WORDS}"}]


def test_a_probe_needs_no_token() -> None:
    assert send(crash, method="GET", path="/webhooks/rest/") == (200, {"status": "ok"})


def test_a_probe_that_shows_a_token_is_told_whether_it_is_right() -> None:
    assert send(crash, method="GET", path="/webhooks/rest/", query=f"token={TOKEN}")[0] == 200
    assert send(crash, method="GET", path="/webhooks/rest/", query="token=wrong")[0] == 401


def test_a_failed_turn_is_the_empty_list_and_leaves_no_words_in_the_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert send(crash, query=f"token={TOKEN}") == (200, [])
    assert "turn failed: RuntimeError" in caplog.text
    assert WORDS not in caplog.text + "".join(capfd.readouterr())


def test_a_failed_turn_is_logged_under_the_request_s_id(capfd: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.getLogger("rest_channel").addHandler(handler)
    try:
        assert send(crash, query=f"token={TOKEN}", metadata={"request_id": "a1b2"}) == (200, [])
    finally:
        logging.getLogger("rest_channel").removeHandler(handler)
    (line,) = [json.loads(one) for one in capfd.readouterr().err.splitlines() if one.startswith("{")]
    assert (line["process"], line["request_id"]) == ("rasa", "a1b2")
    assert line["event"] == "turn failed: RuntimeError"


def test_a_turn_that_nobody_waits_for_leaves_no_words_in_the_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def hang(message: UserMessage) -> None:
        await asyncio.sleep(60)

    with caplog.at_level(logging.DEBUG), pytest.raises(asyncio.TimeoutError):
        send(hang, query=f"token={TOKEN}", patience_s=0.5)
    assert "turn given up" in caplog.text
    assert WORDS not in caplog.text + "".join(capfd.readouterr())
