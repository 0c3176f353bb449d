"""Reads a posted body: JSON only, not too large, from our own page or from no browser."""

from __future__ import annotations

import asyncio
import json
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from apps.portal.errors import Refused

MAX_BODY = 16 * 1024
# From a bad connection too, so much comes in this time.
BODY_S = 5.0
_Body = TypeVar("_Body", bound=BaseModel)


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """How a body that `read_body` reads stands in the description of the interface."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def inlined(node: Any) -> Any:
        # Such a reference leads nowhere in the description.
        if isinstance(node, dict) and "$ref" in node:
            return inlined(definitions[node["$ref"].rpartition("/")[2]])
        if isinstance(node, dict):
            return {key: inlined(value) for key, value in node.items()}
        return [inlined(value) for value in node] if isinstance(node, list) else node

    content = {"application/json": {"schema": inlined(schema)}}
    return {"requestBody": {"required": True, "content": content}}


async def read_body(request: Request, model: type[_Body]) -> _Body:
    """The checked body.

    Raises:
        Refused: 403 another site's page, 415 not JSON, 413 too large, 408 too slow, 400 unreadable JSON.
        RequestValidationError: a field is missing or out of bounds.
    """
    check_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "unsupported_media_type", "请以 JSON 格式提交。")
    try:
        content = json.loads(await _read(request))
    except (ValueError, RecursionError):
        raise Refused(400, "bad_json", "提交的内容不是有效的 JSON。") from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems: list[Any] = error.errors(include_input=False, include_context=False, include_url=False)
        raise RequestValidationError(problems) from None


def check_origin(request: Request) -> None:
    """Makes sure that a browser sends it from our own page.

    Raises:
        Refused: 403 another site's page.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return
    host = request.headers.get("host", "")
    if not host or _host_of(origin) != host.lower():
        raise Refused(403, "foreign_origin", "不接受来自其他网站的请求。")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


async def _read(request: Request) -> bytes:
    too_large = Refused(413, "too_large", "提交的内容过长。")
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:12]) > MAX_BODY:
        raise too_large
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                content += chunk
                if len(content) > MAX_BODY:
                    raise too_large
    except TimeoutError:
        raise Refused(408, "too_slow", "提交的内容没能及时收到，请重试。") from None
    except ClientDisconnect:
        raise Refused(400, "bad_json", "提交的内容不完整。") from None
    return bytes(content)
