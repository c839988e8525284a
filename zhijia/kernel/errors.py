"""The errors of the whole platform: a class gives the HTTP status, a dotted code names the case for ever.

The message is one or two full, courteous sentences in Chinese: what happened and what to do next. It is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping


class ZhijiaError(Exception):
    """Base of all expected errors.

    `code` is stable and dotted (`transfer.already_open`); `fields` maps a form field to its own sentence;
    `facts` carries plain values a page or caller may use (a nearer union, a limit, a time), never personal data.
    """

    status = 500

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})
        self.facts: dict[str, object] = dict(facts or {})


class Invalid(ZhijiaError):
    """Missing or malformed input; names every bad field at once."""

    status = 422


class NotSignedIn(ZhijiaError):
    """Nobody is signed in, or the step-up for the console has run out."""

    status = 401

    def __init__(self, code: str = "auth.sign_in", message: str = "请先登录，再继续办理。") -> None:
        super().__init__(code, message)


class NotAllowed(ZhijiaError):
    """The thing is in the caller's scope, but he lacks the right."""

    status = 403

    def __init__(
        self, code: str = "auth.not_allowed", message: str = "您的岗位没有办理这一项的权限，如需办理请联系本级管理员。"
    ) -> None:
        super().__init__(code, message)


class NotIdentified(NotAllowed):
    """Signed in, but has not said yet who he is: pages lead him to that and back."""

    def __init__(self) -> None:
        super().__init__("auth.no_person", "这一项要先完成实名核验，再来办理。")


class NotFound(ZhijiaError):
    """Absent or out of the caller's scope: both give the same answer, so that existence does not leak."""

    status = 404

    def __init__(
        self,
        code: str = "request.not_found",
        message: str = "没有找到您要看的内容，可能地址有误，或者它不在您的管理范围内。",
    ) -> None:
        super().__init__(code, message)


class WrongState(ZhijiaError):
    """The case has moved on, or never could make this move."""

    status = 409

    def __init__(
        self,
        code: str = "case.wrong_state",
        message: str = "这件事项的状态已经变化，请刷新后查看最新进展。",
        **facts: object,
    ) -> None:
        super().__init__(code, message, facts=facts)


class Duplicate(ZhijiaError):
    """It exists already."""

    status = 409


class Stale(ZhijiaError):
    """Somebody else saved in between (optimistic lock)."""

    status = 409

    def __init__(
        self, code: str = "request.stale", message: str = "在您填写期间，这条记录已被他人修改，请刷新后重新办理。"
    ) -> None:
        super().__init__(code, message)


class Expired(ZhijiaError):
    """Too late: a code, a window or a closed union."""

    status = 410


class RuleBroken(ZhijiaError):
    """A business rule says no; the code names the rule."""

    status = 422


class TooMany(ZhijiaError):
    """A limit is reached; `facts["retry_at"]`, when known, is the aware datetime from which another try counts."""

    status = 429
