"""Whose address a request comes from, and when the cookie is for https only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import uvicorn

from apps.portal.server import server_config

Reach = Callable[..., httpx.AsyncClient]


@pytest.fixture
def reach(make_portal: Callable[..., Any]) -> Reach:
    """The portal as the server around it is configured, reached from an address; one message an address."""

    def client(peer: str = "10.0.0.1", trusted: str = "10.0.0.0/8") -> httpx.AsyncClient:
        made = make_portal(rate_per_minute=1, rate_per_address=1)
        config: uvicorn.Config = server_config(made.services, "127.0.0.1", 0, trusted)
        config.load()
        transport = httpx.ASGITransport(config.loaded_app, client=(peer, 1))
        return httpx.AsyncClient(transport=transport, base_url="http://portal")

    return client


async def say(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    client.cookies.clear()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post("/api/chat", json={"text": "居住证"}, headers=named)


async def test_by_default_nobody_s_headers_are_believed(reach: Reach) -> None:
    client = reach(trusted="")
    assert (await say(client, x_forwarded_for="203.0.113.1")).status_code == 200
    assert (await say(client, x_forwarded_for="203.0.113.2")).status_code == 429
    response = await say(reach(trusted=""), x_forwarded_proto="https")
    assert "secure" not in response.headers["set-cookie"].lower()
    assert "strict-transport-security" not in response.headers


async def test_a_stranger_s_headers_are_not_believed(reach: Reach) -> None:
    client = reach(peer="198.51.100.1")
    assert (await say(client, x_forwarded_for="203.0.113.1")).status_code == 200
    assert (await say(client, x_forwarded_for="203.0.113.2")).status_code == 429


async def test_behind_a_trusted_proxy_each_client_counts_apart(reach: Reach) -> None:
    client = reach()
    assert (await say(client, x_forwarded_for="203.0.113.1")).status_code == 200
    assert (await say(client, x_forwarded_for="203.0.113.2")).status_code == 200
    assert (await say(client, x_forwarded_for="203.0.113.1")).status_code == 429


async def test_the_right_most_untrusted_address_counts(reach: Reach) -> None:
    client = reach()
    assert (await say(client, x_forwarded_for="192.0.2.1, 203.0.113.1, 10.0.0.9")).status_code == 200
    # What a client claims stands further left.
    assert (await say(client, x_forwarded_for="192.0.2.2, 203.0.113.1, 10.0.0.9")).status_code == 429


async def test_a_proxy_tells_whether_it_was_https(reach: Reach) -> None:
    response = await say(reach(), x_forwarded_proto="https")
    assert "secure" in response.headers["set-cookie"].lower()
    assert response.headers["strict-transport-security"].startswith("max-age=")
    plain = await say(reach(), x_forwarded_proto="http")
    assert "secure" not in plain.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "value",
    [
        "", ",", " , ,", "unknown", "999.1.1.1", "[::1", "[2001:db8::1]:99999", "1.2.3.4:port",
        "::ffff:1.2.3.4",
        "a" * 4000, ", ".join(["10.0.0.1"] * 500), "\xff\xfe", "<script>", "10.0.0.0/8", "fe80::1%eth0",
    ],
)  # fmt: skip
async def test_malformed_headers_break_nothing(reach: Reach, value: str) -> None:
    named = [
        (name, value.encode("latin1")) for name in (b"x-forwarded-for", b"x-forwarded-proto", b"forwarded")
    ]
    client = reach()
    for status in (200, 429):
        response = await client.post(
            "/api/chat", json={"text": "居住证"}, headers=[*named, (b"cookie", b"weizheng=x")]
        )
        assert response.status_code == status
