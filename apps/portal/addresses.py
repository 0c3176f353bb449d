"""From which address a request comes, as far as what is done within it needs to know. It is kept nowhere."""

from __future__ import annotations

from contextvars import ContextVar

from fastapi import Request

from core.limits.names import counted_address

_ADDRESS: ContextVar[str | None] = ContextVar("client_address", default=None)


def address_of(request: Request) -> str:
    """The client's address as it is counted."""
    return counted_address(request.client.host if request.client else "")


def note_address(request: Request) -> None:
    """What is done for this request from now on may ask for its address."""
    _ADDRESS.set(address_of(request))


def noted_address() -> str | None:
    """The address of the request that is served; None outside of one."""
    return _ADDRESS.get()
