"""`GET /healthz` and `GET /metrics` of the worker, which serves nothing else: a small server in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from core.errors import BadInput
from core.metrics import CONTENT_TYPE

Page = Callable[[], tuple[int, str, bytes]]
_PATIENCE_S: Final = 5.0


class HealthServer(ThreadingHTTPServer):
    """Shows pages by their path.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one.
        pages: What is shown where.
        count: Told of each request's page and status.

    Raises:
        BadInput: Nobody can listen there.
    """

    daemon_threads = True

    def __init__(
        self, host: str, port: int, pages: Mapping[str, Page], count: Callable[[str, int], object]
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.pages = pages
        self.count = count
        try:
            super().__init__((host, port), _Request)
        except OSError as error:
            raise BadInput(
                f"cannot listen on {host}:{port}: {error.strerror or error}; set WORKER_HOST and"
                " WORKER_PORT. 端口无法使用。"
            ) from None

    def start(self) -> None:
        """Serves in a thread that ends with the process."""
        threading.Thread(target=self.serve_forever, name="health", daemon=True).start()


class _Request(BaseHTTPRequestHandler):
    server_version = "weizheng"
    sys_version = ""
    timeout = _PATIENCE_S

    def do_GET(self) -> None:
        """Shows a page."""
        assert isinstance(self.server, HealthServer)  # noqa: S101 - nobody else makes one
        path = self.path.partition("?")[0]
        page = self.server.pages.get(path)
        status, kind, body = page() if page else (404, "text/plain", b"")
        self.server.count(path if page else "other", status)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody wants a line for each look."""


def health_page(is_healthy: Callable[[], bool]) -> Page:
    """Whether it works."""

    def show() -> tuple[int, str, bytes]:
        return (200, "text/plain", b"ok") if is_healthy() else (503, "text/plain", b"not working")

    return show


def metrics_page(text: Callable[[], bytes]) -> Page:
    """The figures."""
    return lambda: (200, CONTENT_TYPE, text())
