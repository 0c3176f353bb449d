"""Under which names uses are counted: such that nobody reads an address or a person from them."""

from __future__ import annotations

import hmac
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

# Whoever has one address of a network of IPv6 has all of it.
_IPV6_NETWORK = 64


class HiddenNames:
    """Keyed hashes.

    Args:
        secret: Without it nobody can try which address or person a hash is of.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"weizheng.limits", "sha256")

    def of(self, counted: str, who: str) -> str:
        """The name under which one thing is counted for somebody."""
        return f"{counted}:{hmac.new(self._key, who.encode(), sha256).hexdigest()[:32]}"


def counted_address(host: str) -> str:
    """A client's address as it is counted: of IPv6 the network; what is no address counts together."""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _IPV6_NETWORK), strict=False))
