"""Runs the citizens' portal: `python -m apps.portal`."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress

from apps.portal.composition import open_services
from apps.portal.server import PortalServer, metrics_config, metrics_socket, server_config
from core.database.engine import open_engine
from core.database.migrate import require_current
from core.errors import WeizhengError
from core.garbage import collect_seldom
from core.keys import ensure_keys
from core.logs import configure_logging
from core.settings import load_settings
from core.tracing import configure_tracing


def main() -> int:
    """Serves until told to stop."""
    collect_seldom()
    try:
        settings = load_settings()
        configure_logging("portal", settings.log_level)
        configure_tracing("portal", settings.otel_exporter_otlp_endpoint)
        engine = open_engine(settings.database_url)
        require_current(engine)
        engine.dispose()
        listening = metrics_socket(settings.metrics_host, settings.metrics_port)
        services = open_services(settings, ensure_keys(settings.home))
    except WeizhengError as error:
        print(f"portal: {error}", file=sys.stderr)  # noqa: T201
        return 2
    public = server_config(services, settings.portal_host, settings.portal_port, settings.trusted_proxies)
    streams = services.inbox.streams
    server = PortalServer(public, metrics_config(services), listening, streams.end_all)
    _allow_files()
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 3


def _allow_files() -> None:
    """Each open stream is an open file; of those many systems let a process have 1,024 unless it asks."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
