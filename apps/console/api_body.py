"""Reads what a program posts: bounded JSON that can be stored, and by what it is known again."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256
from typing import Any, Final, NoReturn

from starlette.requests import ClientDisconnect, Request

from core.errors import BadInput, WeizhengError

# A text of 400,000 characters, each of which may take six bytes in JSON, and what is around it.
MOST_BYTES: Final = 4 * 1024 * 1024
_BODY_S = 20.0


class Refused(WeizhengError):
    """A request that is not taken as it was sent; carries its own HTTP status."""

    def __init__(self, status: int, code: str, public_message: str, retry_after: int = 0) -> None:
        super().__init__(code, public_message=public_message)
        self.status = status
        self.code = code
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}
        if status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"


async def read_json(request: Request) -> dict[str, Any]:
    """The posted object.

    Raises:
        Refused: It is no JSON, too large or too slow.
        BadInput: It is no object, or holds what no database keeps.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "unsupported_media_type", "请以 application/json 提交。")
    content = await _read(request)
    try:
        given = json.loads(content.decode(), parse_constant=_no_number)
        # PostgreSQL has no such character in a text, and half a character is none.
        fits = isinstance(given, dict) and not _holds_nul(given) and bool(_canonical(given).encode())
    except (ValueError, RecursionError):
        raise BadInput("no JSON", public_message="提交的不是可用的 JSON。") from None
    if not fits:
        raise BadInput("no object", public_message="提交的内容须是一个 JSON 对象，且不含 U+0000。")
    found: dict[str, Any] = given
    return found


def fingerprint(name: str, given: dict[str, Any]) -> str:
    """By what a request is known again: its command and what it was given, however that was written."""
    return sha256(f"{name}\n{_canonical(given)}".encode()).hexdigest()


def _canonical(given: dict[str, Any]) -> str:
    return json.dumps(given, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _no_number(_: str) -> NoReturn:
    raise ValueError("no number")


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\0" in value


async def _read(request: Request) -> bytes:
    content = bytearray()
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in request.stream():
                content += chunk
                if len(content) > MOST_BYTES:
                    raise Refused(413, "too_large", "提交的内容过长，最多 4 MB。")
    except (TimeoutError, ClientDisconnect):
        raise Refused(408, "too_slow", "提交的内容没能及时收到，请重试。") from None
    return bytes(content)
