"""The citizen's cookie: the conversation's id, signed."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer

from core.citizens.conversations import new_conversation_id
from core.citizens.retention import CITIZEN_DAYS

NAME = "weizheng"
# Consents outlive the transcript, and whoever gave one must be able to withdraw it.
_MAX_AGE_S = CITIZEN_DAYS * 24 * 3600


class Cookies:
    """Reads and sets the cookie; one that we did not sign counts as none.

    Args:
        secret: Signs.
        previous: What signed before it, empty where there was none: those cookies are read as well.
    """

    def __init__(self, secret: str, previous: str = "") -> None:
        keys = [key for key in (previous, secret) if key]
        # The last of them signs.
        self._signer = Signer(keys, salt="weizheng.conversation", digest_method=sha256)

    def conversation(self, request: Request) -> str | None:
        """The conversation this browser is in, if any."""
        try:
            return self._signer.unsign(request.cookies.get(NAME, "").encode()).decode("ascii")
        except (BadSignature, UnicodeError):
            return None

    def ensure(self, request: Request) -> str:
        """The conversation this browser is in, a new one if none."""
        return self.conversation(request) or new_conversation_id()

    def put(self, request: Request, response: Response, conversation: str) -> None:
        """Sets the cookie, which lasts from now on again."""
        response.set_cookie(
            NAME,
            self._signer.sign(conversation).decode("ascii"),
            max_age=_MAX_AGE_S,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def end(self, request: Request, response: Response) -> None:
        """Takes the cookie away."""
        response.delete_cookie(NAME, httponly=True, samesite="lax", secure=request.url.scheme == "https")
