"""The one error base: a stable code for machines, a public Chinese message for people."""

from __future__ import annotations


class WeizhengError(Exception):
    """Base of every error this project raises on purpose.

    Attributes:
        code: Stable machine-readable name, the same in HTTP bodies, logs and tests.
        public_message: Chinese sentence that may be shown to a citizen or a clerk.
    """

    code = "internal"
    public_message = "系统暂时出了点问题，请稍后再试。"

    def __init__(self, detail: str = "", *, public_message: str | None = None) -> None:
        super().__init__(detail or self.public_message)
        self.detail = detail
        if public_message is not None:
            self.public_message = public_message


class BadInput(WeizhengError):
    """What the caller gave cannot be used; the detail says what and where."""

    code = "bad_input"
    public_message = "提交的内容有误，请检查后重试。"


class NotFound(WeizhengError):
    """The thing asked for does not exist, or is not shown to this caller."""

    code = "not_found"
    public_message = "没有找到您要的内容。"


class Conflict(WeizhengError):
    """Somebody else has changed it meanwhile."""

    code = "conflict"
    public_message = "内容已被他人修改，请查看最新内容后再试。"


class Unavailable(WeizhengError):
    """A part this answer needs is down or refuses."""

    code = "error_unavailable"
    public_message = "服务暂时不可用，请稍后再试，或拨打12345。"


class DeadlineExceeded(WeizhengError):
    """A part did not answer within the deadline that was passed along."""

    code = "error_timeout"
    public_message = "现在查询的人较多，没能及时答复，请稍后再试，或拨打12345。"
