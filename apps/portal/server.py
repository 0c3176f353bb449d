"""How the portal is served: the one process that anybody may send anything to."""

from __future__ import annotations

import uvicorn

from apps.portal.app import create_app
from apps.portal.connections import Bounds, bounded_http
from apps.portal.services import Services

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
        http=bounded_http(bounds or Bounds()),
        h11_max_incomplete_event_size=_MOST_HEAD,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever connects could claim https or another address: of others no such header is believed.
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies,
    )
