"""What a route of the API is made of: who may call it, what it answers, how its fields are bounded.

A capability's `api.py` holds `ROUTES`, a tuple of `Routes`; `zhijia.config.api` finds and mounts them. A route parses,
calls one service or selector and returns a schema whose fields are listed by hand.

```python
routes = Routes("members", "会员", who=Who.CADRE, surface="console")


@routes.read("/members/{pid}", MemberOut)
def member(request: Request, pid: PublicId) -> MemberOut: ...
```

Source: docs/rules/api.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponseBase, StreamingHttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from .actor import Kind
from .errors import Invalid, NotAllowed, NotSignedIn
from .http import Request
from .identifiers import compact
from .paging import LONGEST
from .typed import written

View = TypeVar("View", bound=Callable[..., Any])


# --- Schemas ----------------------------------------------------------------------------------------------------------
_shapes: dict[str, str] = {}
"""Each schema's name and where it stands: the document of the API knows schemas by their names alone."""


class Shape(Schema):
    """Raises TypeError for a second schema of one name, which would silently take the first one's place."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        place = f"{cls.__module__}.{cls.__qualname__}"
        if _shapes.setdefault(cls.__name__, place) != place:
            raise TypeError(f"two schemas are called {cls.__name__}: {_shapes[cls.__name__]} and {place}")


class In(Shape):
    """What is sent: unknown fields are refused, and `"1"` is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Out(Shape):
    """What is answered."""


class ErrorOut(Out):
    """The one shape of every error: a stable dotted code, a sentence to show, and a sentence for each bad field."""

    code: str = Field(examples=["case.wrong_state"])
    message: str = Field(examples=["这件事项的状态已经变化，请刷新后查看最新进展。"])
    fields: dict[str, str]


class Done(Out):
    """Nothing more to say than that it was done."""

    done: bool = True


def _without_nul(value: object) -> object:
    return value.replace("\x00", "") if isinstance(value, str) else value


def _written(value: object) -> object:
    try:
        return written(value.replace("\x00", "")) if isinstance(value, str) else value
    except Invalid as error:
        raise PydanticCustomError("text_override", "text.override") from error


def _number(value: object) -> object:
    return compact(value.replace("\x00", "")) if isinstance(value, str) else value


AsSent = Annotated[str, BeforeValidator(_without_nul)]
"""Text that is no business of ours, such as a password, or that its reader cleans; a NUL is dropped, since databases
refuse it (in an address it is refused before). Each use gives its own length.
"""
Text = Annotated[str, BeforeValidator(_written)]
"""Free text as people type it, in a body, without marks that nobody sees."""
Number = Annotated[str, BeforeValidator(_number)]
"""A number or code as people type or paste it: half width, without blanks and marks, in capitals."""
_PID = "^[0-9a-hjkmnp-tv-z]{16}$"
PublicId = Annotated[str, Path(pattern=_PID, examples=["7h2k9v0c4m1xq8tz"])]
"""A public id in an address."""
PublicIdField = Annotated[str, Field(pattern=_PID, examples=["7h2k9v0c4m1xq8tz"])]
"""A public id in a body."""
UnionCodeField = Annotated[str, Field(pattern="^[0-9]{16}$", examples=["3706821010900017"])]
UnionCode = Annotated[str, Path(pattern="^[0-9]{16}$", examples=["3706821010900017"])]
NO_NUL = r"^[^\x00]*$"
"""For texts in an address: a NUL there is refused before any route sees it."""
After = Annotated[str, Query(max_length=LONGEST, pattern=NO_NUL, description="上一页的 next；第一页留空。")]
Limit = Annotated[int, Query(ge=1, le=100)]


# --- Who may call -----------------------------------------------------------------------------------------------------
class Who(StrEnum):
    """`ANYONE`; `MEMBER`: somebody signed in, for his own affairs; `CADRE`: a cadre who has stepped up, or another
    system with a right of its own.
    """

    ANYONE = "anyone"
    MEMBER = "member"
    CADRE = "cadre"


class Closed:
    """What holds for a route that names nobody."""

    def __call__(self, request: Request) -> None:
        return None


class SessionCookie:
    """Somebody who has signed in. Another system has no affairs of its own here."""

    openapi_security_schema: Mapping[str, str] = {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "POST /api/v1/session 登录后得到；写操作另须 X-CSRFToken 头。",
    }

    def __call__(self, request: Request) -> bool:
        if request.actor.kind is Kind.CLIENT:
            raise NotAllowed("client.members_only", "这个接口只供会员本人使用，系统对接请改用有授权的接口。")
        return request.actor.account_id is not None


class StaffSession(SessionCookie):
    """A cadre whose session has stepped up to the console."""

    def __call__(self, request: Request) -> bool:
        if request.actor.account_id is None:
            return False
        if not request.actor.staff:
            raise NotSignedIn("auth.step_up", "请先进入工作台完成身份验证，再来办理。")
        return True


class SignedRequest:
    """Another system: client id and HMAC-SM3 over method, address, time, nonce and body."""

    openapi_security_schema: Mapping[str, str] = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "HMAC-SM3 <client id>:<signature>，另须 X-Zhijia-Time 和 X-Zhijia-Nonce 头。",
    }

    def __call__(self, request: Request) -> bool:
        return request.actor.kind is Kind.CLIENT


_AUTH: dict[Who, Any] = {
    Who.ANYONE: None,
    Who.MEMBER: [SessionCookie()],
    Who.CADRE: [SignedRequest(), StaffSession()],
}


# --- Routes -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Route:
    """What the frame around a route must know: `once` honours an Idempotency-Key; `surface` must be served; `most` is
    the largest body in bytes, of a multipart form where the route takes a file.
    """

    name: str
    who: Who
    surface: str
    once: bool
    most: int
    takes_file: bool = False


MOST_BYTES = 256 * 1024
"""The largest body of JSON."""


_READING = (400, 404, 422, 429)
_WRITING = (409, 410, 413, 415)
_FILE_TYPE = "application/octet-stream"
_KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "同一个键再次提交，得到第一次的结果。保存 48 小时。",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
}


class Routes(Router):
    """The routes of one capability for one kind of caller, under the heading `title` of the reference."""

    def __init__(self, area: str, title: str, *, who: Who, surface: str = "") -> None:
        super().__init__(auth=_AUTH[who], tags=[title])
        self.area, self.who, self.surface = area, who, surface

    def read(
        self, path: str, out: Any, *, gone: bool = False, links: Mapping[str, Any] | None = None
    ) -> Callable[[View], View]:
        """A GET that answers `out`; `gone` where it may say 410. `links` are OpenAPI links of the answer, by name."""

        def declare(view: View) -> View:
            _mark(view, self, once=False)
            codes = (*_READING, 410) if gone else _READING
            return self.get(path, **self._said(view, out, codes, [], links))(view)

        return declare

    def fetch(self, path: str, *, gone: bool = True) -> Callable[[View], View]:
        """A GET that answers a file's bytes (`attachment`), or one of the usual errors."""

        def declare(view: View) -> View:
            _mark(view, self, once=False)
            codes = (*_READING, 410) if gone else _READING
            said = self._said(view, None, codes, [], None)
            file = {"schema": {"type": "string", "format": "binary"}}
            said["openapi_extra"] = {"responses": {200: {"description": "文件", "content": {_FILE_TYPE: file}}}}
            return self.get(path, **said)(view)

        return declare

    def upload(
        self, path: str, out: Any, *, most: int, links: Mapping[str, Any] | None = None
    ) -> Callable[[View], View]:
        """A POST of a multipart form with a file of at most `most` bytes, by somebody signed in."""

        def declare(view: View) -> View:
            _mark(view, self, once=True, most=most + MOST_BYTES, takes_file=True)
            return self.post(path, **self._said(view, out, _READING + _WRITING, [_KEY_HEADER], links))(view)

        return declare

    def write(
        self, path: str, out: Any, *, once: bool = True, links: Mapping[str, Any] | None = None
    ) -> Callable[[View], View]:
        """A POST that answers `out`. Not `once` where tries are counted: the count of a failed one must stay."""

        def declare(view: View) -> View:
            _mark(view, self, once=once)
            headers = [_KEY_HEADER] if once else []
            return self.post(path, **self._said(view, out, _READING + _WRITING, headers, links))(view)

        return declare

    def _said(
        self, view: Callable[..., Any], out: Any, codes: tuple[int, ...], headers: list[Any], links: Any
    ) -> dict[str, Any]:
        closed = (401, 403)  # without a signature's or a session's right, or its token
        summary, _, more = " ".join((view.__doc__ or "").split()).partition("。")
        extra: dict[str, Any] = {"parameters": headers} if headers else {}
        if links:
            extra["responses"] = {200: {"links": dict(links)}}
        return {
            "response": {200: out} | dict.fromkeys(sorted({*codes, *closed}), ErrorOut),
            "operation_id": f"{self.area}_{view.__name__}",
            "summary": summary,
            "description": more.strip(),
            "openapi_extra": extra or None,
        }


def _mark(view: Any, routes: Routes, *, once: bool, most: int = MOST_BYTES, takes_file: bool = False) -> None:
    name = f"{routes.area}_{view.__name__}"
    view.zhijia_route = Route(name, routes.who, routes.surface, once, most, takes_file)


def file_answer(name: str, pieces: Iterable[bytes], *, size: int | None = None) -> HttpResponseBase:
    """A file to save: never shown, never guessed at, never stored on the way."""
    response = StreamingHttpResponse(pieces, content_type=_FILE_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    if size is not None:
        response["Content-Length"] = str(size)
    return response


def route_of(view: Callable[..., Any]) -> Route:
    """Raises LookupError for a view that was not declared by `Routes`."""
    route = getattr(view, "zhijia_route", None)
    if not isinstance(route, Route):
        raise LookupError(f"{view.__module__}.{view.__name__} is declared by no Routes")
    return route
