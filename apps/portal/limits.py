"""How much one citizen, and one address, may ask of the portal in a minute."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from fastapi import Request

from apps.portal.addresses import address_of
from apps.portal.errors import TooFast
from core.limits.names import HiddenNames
from core.limits.port import Limit, Limiter

TENFOLD: Final = 10


class Budget(StrEnum):
    """What is counted apart from each other."""

    CHAT = "chat"
    SEARCH = "search"
    # Consents, profile, feedback, ratings, export, erasure.
    PERSONAL = "personal"
    # Streams that are opened, what is read, stopped or subscribed to.
    INBOX = "inbox"
    # What the page tells of views and clicks.
    INTERACTIONS = "interactions"


Admit = Callable[[], Awaitable[None]]


class Limits:
    """Lets a request pass, or says when to come back.

    Args:
        limiter: Counts.
        secret: Keys the hash under which addresses and citizens are counted.
        per_citizen: Requests of one citizen in a minute, for each budget; 0: no limit at all.
        per_address: Those from one address; 0: tenfold, since an office or a carrier may stand behind it.
    """

    def __init__(self, limiter: Limiter, secret: str, per_citizen: int, per_address: int) -> None:
        self._limiter = limiter
        self._names = HiddenNames(secret)
        self._per_citizen = per_citizen
        self._per_address = per_address or TENFOLD * per_citizen

    async def admit(self, budget: Budget, request: Request, citizen: str | None) -> None:
        """Counts a request.

        Raises:
            TooFast: It is one too many; it was not counted.
        """
        if not self._per_citizen:
            return
        limits = [Limit(self._names.of(budget, f"address {address_of(request)}"), self._per_address)]
        if citizen:
            limits.append(Limit(self._names.of(budget, f"citizen {citizen}"), self._per_citizen))
        wait = await self._limiter.admit(limits)
        if wait > 0:
            raise TooFast(math.ceil(wait))
