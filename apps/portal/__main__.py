"""Runs the citizens' portal: `python -m apps.portal`."""

from __future__ import annotations

import sys

import uvicorn

from apps.portal.app import create_app
from apps.portal.composition import open_services
from core.database.engine import open_engine
from core.database.migrate import require_current
from core.errors import WeizhengError
from core.keys import ensure_keys
from core.logs import configure_logging
from core.settings import load_settings


def main() -> int:
    """Serves until told to stop."""
    try:
        settings = load_settings()
        configure_logging("portal", settings.log_level)
        engine = open_engine(settings.database_url)
        require_current(engine)
        engine.dispose()
        services = open_services(settings, ensure_keys(settings.home))
    except WeizhengError as error:
        print(f"portal: {error}", file=sys.stderr)  # noqa: T201
        return 2
    uvicorn.run(
        create_app(services),
        host=settings.portal_host,
        port=settings.portal_port,
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever connects could claim https or another address: no such header is believed.
        proxy_headers=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
