"""Everything the portal's routes work with, made in one place and passed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from apps.portal.chat import Chat
from apps.portal.cookies import Cookies
from apps.portal.ports import Catalogue, Knowledge
from apps.portal.wire import About
from apps.portal.words import Words
from core.citizens.conversations import Conversations
from core.clock import Clock


@dataclass(frozen=True)
class Services:
    """The portal's parts.

    Attributes:
        check_database: Raises a `WeizhengError` if the database is not usable; blocks.
        purge: Forgets what is older than its time; blocks.
        close: Ends all connections.
    """

    chat: Chat
    conversations: Conversations
    cookies: Cookies
    knowledge: Knowledge
    catalogue: Catalogue
    clock: Clock
    about: About
    words: Words
    check_database: Callable[[], None]
    purge: Callable[[], object]
    close: Callable[[], Awaitable[None]]


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesOf = Annotated[Services, Depends(_services)]
