"""How the portal is served: the one process that anybody may send anything to."""

from __future__ import annotations

import uvicorn

from apps.portal.app import create_app
from apps.portal.services import Services


def server_config(services: Services, host: str, port: int) -> uvicorn.Config:
    """The server around the portal at an address; port 0 takes a free one."""
    return uvicorn.Config(
        create_app(services),
        host=host,
        port=port,
        # Unlike httptools it gives up on headers that do not end: after 64 KiB and what one read brings.
        http="h11",
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever connects could claim https or another address: no such header is believed.
        proxy_headers=False,
    )
