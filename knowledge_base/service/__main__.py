"""Runs the knowledge service: `python -m knowledge_base.service`."""

from __future__ import annotations

import sys

import uvicorn

from core.errors import WeizhengError
from core.garbage import collect_seldom
from core.keys import ensure_keys
from core.logs import configure_logging
from core.settings import load_settings
from core.tracing import configure_tracing
from knowledge_base.application import open_knowledge_base
from knowledge_base.service.app import create_app


def main() -> int:
    """Serves until told to stop."""
    collect_seldom()
    try:
        settings = load_settings()
        configure_logging("knowledge", settings.log_level)
        configure_tracing("knowledge", settings.otel_exporter_otlp_endpoint)
        token = ensure_keys(settings.home).service_token
    except WeizhengError as error:
        print(f"knowledge: {error}", file=sys.stderr)  # noqa: T201
        return 2
    uvicorn.run(
        create_app(lambda: open_knowledge_base(settings, follow=True), token),
        host=settings.knowledge_host,
        port=settings.knowledge_port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
