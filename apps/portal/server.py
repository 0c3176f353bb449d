"""How the portal is served: to anybody on one port, its figures on another that nobody outside reaches."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn

from apps.portal.app import create_app
from apps.portal.metrics import metrics_app
from apps.portal.services import Services
from core.connections import Bounds, bounded_http
from core.errors import BadInput

# The longest question, percent-encoded, is a line of 18 KB.
_MOST_HEAD = 32 * 1024


def server_config(
    services: Services, host: str, port: int, trusted_proxies: str = "", bounds: Bounds | None = None
) -> uvicorn.Config:
    """The server around the portal.

    Args:
        services: The portal's.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        trusted_proxies: Addresses and networks, separated by commas, whose `X-Forwarded-For` and
            `X-Forwarded-Proto` are believed: the client is the right-most address that is none of them.
        bounds: What connections may cost.
    """
    return uvicorn.Config(
        create_app(services),
        host=host,
        port=port,
        # On h11: unlike httptools it gives up on headers that do not end.
        http=bounded_http(replace(bounds or Bounds(), apart=lambda: services.inbox.streams.count)),
        h11_max_incomplete_event_size=_MOST_HEAD,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever connects could claim https or another address: of others no such header is believed.
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies,
        # Turns that have begun end as they would have; who waits for longer has been told so by then.
        timeout_graceful_shutdown=math.ceil(services.about.deadline_s),
    )


def metrics_config(services: Services) -> uvicorn.Config:
    """The server around the figures."""

    async def refresh() -> None:
        report = await services.readiness.check()
        services.metrics.note_ready(report.able_parts)

    return uvicorn.Config(
        metrics_app(services.metrics, refresh),
        http="h11",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )


def metrics_socket(host: str, port: int) -> socket.socket:
    """Where the figures are to be had, bound before anything else starts.

    Raises:
        BadInput: Nobody can listen there.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise BadInput(
            f"cannot listen on {host}:{port}: {error.strerror or error}; set METRICS_HOST and METRICS_PORT. "
            "指标端口无法使用。"
        ) from None


class PortalServer(uvicorn.Server):
    """The portal's server, which starts and stops the one of the figures with itself.

    Args:
        public: What citizens reach.
        metrics: What shows the figures.
        listening: Where it does.
        stopping: Called first when it stops: ends what would never end by itself.
    """

    def __init__(
        self,
        public: uvicorn.Config,
        metrics: uvicorn.Config,
        listening: socket.socket,
        stopping: Callable[[], None],
    ) -> None:
        super().__init__(public)
        self._stopping = stopping
        self._metrics = _Inner(metrics)
        self._listening = listening
        self._showing: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen."""
        await super().startup(sockets)
        self._showing = asyncio.create_task(self._metrics.serve([self._listening]))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answers what was asked, then ends."""
        self._stopping()
        self._metrics.should_exit = True
        if self._showing:
            await self._showing
        await super().shutdown(sockets)


class _Inner(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the outer server's."""
        yield
