"""A join that was begun and not sent: this browser remembers the union, so that he can go on from his first page."""

from __future__ import annotations

from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors as unions

_KEY = "join.begun"


def remember(request: Request, union: unions.UnionFacts) -> None:
    request.session[_KEY] = union.code


def forget(request: Request) -> None:
    request.session.pop(_KEY, None)


def union_of(request: Request) -> unions.UnionFacts | None:
    """None where nothing was begun, or where that union takes no members any more."""
    code = request.session.get(_KEY)
    if not code:
        return None
    try:
        union = unions.get_by_code(code)
        unions.require_takes_members(union)
    except ZhijiaError:
        return None
    return union
