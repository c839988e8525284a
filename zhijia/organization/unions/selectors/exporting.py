"""The columns of an export of unions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zhijia.kernel import db
from zhijia.kernel.actor import Scope
from zhijia.organization.unions.models import Union

_EXPORTED = (
    "path", "code", "name", "type", "level", "status", "parent__code", "parent__name", "region", "credit_code",
    "employer__name", "employer__credit_code", "employer__headcount", "employer__industry", "employer__ownership",
    "founded_on", "phone", "address",
)  # fmt: skip


def iterate_subtree(scope: Scope, path: str, *, size: int = 1_000) -> Iterator[dict[str, Any]]:
    """The unions at and below `path` that the scope covers, in tree order: the columns of an export."""
    rows = Union.objects.filter(db.in_scope("path", scope)).filter(db.subtree("path", path)).order_by("path")
    after = ""
    while part := list(rows.filter(path__gt=after).values(*_EXPORTED)[:size]):
        yield from part
        after = part[-1]["path"]
