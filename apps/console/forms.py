"""Reads posted forms: bounded, from our own page, with the session's form token."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import ClientDisconnect, Request

from core.commands import Denied
from core.errors import BadInput

MOST_BYTES: Final = 64 * 1024
MOST_FIELDS: Final = 200
_FORM = "application/x-www-form-urlencoded"
_BODY_S = 10.0
TOKEN_FIELD: Final = "form_token"  # noqa: S105 - its name
TOKEN_HEADER: Final = "x-form-token"  # noqa: S105 - its name


class ForeignForm(Denied):
    """The form comes from another site, or from another session's page."""

    code = "foreign_form"
    public_message = "页面已过期，请返回后重新提交。"


@dataclass(frozen=True)
class Form:
    """Fields in the order of the form; one name may stand several times."""

    fields: Sequence[tuple[str, str]]

    def one(self, name: str) -> str:
        """The last value of a field, trimmed; empty where there is none."""
        return next((value.strip() for key, value in reversed(self.fields) if key == name), "")

    def typed(self, name: str) -> str:
        """The last value of a field as it was typed, such as a password."""
        return next((value for key, value in reversed(self.fields) if key == name), "")

    def is_of(self, form_token: str) -> bool:
        """Whether a page of the session with this token sent it."""
        return hmac.compare_digest(self.typed(TOKEN_FIELD).encode(), form_token.encode())

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for key, value in self.fields if key == name]

    def below(self, name: str) -> list[str]:
        """What was typed in a field, or in all rows and parts of one."""
        own = [value for key, value in self.fields if key == name or key.startswith(f"{name}.")]
        return [value for value in own if value]


async def read_form(
    request: Request, form_token: str | None, most_bytes: int = MOST_BYTES, most_fields: int = MOST_FIELDS
) -> Form:
    """The posted form.

    Args:
        most_bytes: Longest body.
        most_fields: How many fields it may have.
        form_token: The session's; None where nobody is signed in yet.

    Raises:
        ForeignForm: It was not sent by a page of ours in this session.
        BadInput: It is too large, too slow, or no form.
    """
    check_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        raise BadInput("no form")
    content = await _read(request, most_bytes)
    try:
        fields = parse_qsl(
            content.decode(), keep_blank_values=True, max_num_fields=most_fields, errors="strict"
        )
    except ValueError:
        raise BadInput("no form") from None
    if any("\0" in part for field in fields for part in field):
        raise BadInput("no text")
    form = Form(fields)
    if form_token is not None and not form.is_of(form_token):
        raise ForeignForm()
    return form


def header_form(request: Request) -> Form:
    """The form token of a request whose body is no form.

    Raises:
        ForeignForm: It was not sent by a page of ours.
    """
    check_origin(request)
    return Form([(TOKEN_FIELD, request.headers.get(TOKEN_HEADER, ""))])


def check_origin(request: Request) -> None:
    """Makes sure that a page of ours sends it; every browser says where a form comes from.

    Raises:
        ForeignForm: It does not.
    """
    origin = request.headers.get("origin", "")
    host = request.headers.get("host", "").lower()
    if not host or _host_of(origin) != host:
        raise ForeignForm()


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


async def _read(request: Request, most_bytes: int) -> bytes:
    content = bytearray()
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in request.stream():
                content += chunk
                if len(content) > most_bytes:
                    raise BadInput("form too large", public_message="提交的内容过长。")
    except (TimeoutError, ClientDisconnect):
        raise BadInput("form too slow", public_message="提交的内容没能及时收到，请重试。") from None
    return bytes(content)
