"""Runs the staff's console: `python -m apps.console`."""

from __future__ import annotations

import sys

import uvicorn

from apps.console.app import create_app
from apps.console.composition import open_services
from core.connections import Bounds, bounded_http
from core.database.engine import open_engine
from core.database.migrate import require_current
from core.errors import WeizhengError
from core.garbage import collect_seldom
from core.keys import ensure_keys
from core.logs import configure_logging
from core.settings import load_settings
from core.tracing import configure_tracing

_MOST_HEAD = 16 * 1024
_PATIENCE_S = 5


def main() -> int:
    """Serves until told to stop."""
    collect_seldom()
    try:
        settings = load_settings()
        configure_logging("console", settings.log_level)
        configure_tracing("console", settings.otel_exporter_otlp_endpoint)
        engine = open_engine(settings.database_url)
        require_current(engine)
        engine.dispose()
        services = open_services(settings, ensure_keys(settings.home))
    except WeizhengError as error:
        print(f"console: {error}", file=sys.stderr)  # noqa: T201
        return 2
    uvicorn.run(
        create_app(services, settings.zone),
        host=settings.console_host,
        port=settings.console_port,
        http=bounded_http(Bounds(most=100, most_at_all=150)),
        h11_max_incomplete_event_size=_MOST_HEAD,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_PATIENCE_S,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
