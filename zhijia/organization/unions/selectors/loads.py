"""Files of unions that are loaded: who may see them, and their rows."""

from __future__ import annotations

from collections.abc import Iterator

from zhijia.foundation.jobs import selectors as jobs
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.ids import is_public_id
from zhijia.organization.unions.models import RowOutcome, UnionLoad, UnionLoadRow
from zhijia.organization.unions.permissions import Permission


def get_load(actor: Actor, public_id: str) -> UnionLoad:
    """A file of unions below a union where the actor may load. Raises NotFound."""
    known = is_public_id(public_id)
    load = UnionLoad.objects.select_related("unit").filter(public_id=public_id).first() if known else None
    if load is None or not actor.may(Permission.LOAD, load.unit.path):
        raise NotFound
    return load


def get_load_of_job(actor: Actor, public_id: str) -> UnionLoad:
    """The file that a job checked or wrote; its own row names only the latest. Raises NotFound."""
    job = jobs.get_job(actor, public_id)
    if job.kind not in ("unions.check", "unions.load"):
        raise NotFound
    known = UnionLoad.objects.filter(pk=job.payload["load"]).values_list("public_id", flat=True).first()
    return get_load(actor, known or "")


def list_loads(actor: Actor, *, limit: int = 10) -> list[UnionLoad]:
    """The latest files in the subtrees where the actor may load."""
    rows = UnionLoad.objects.filter(db.in_scope("unit__path", actor.scope_for(Permission.LOAD)))
    return list(rows.select_related("unit").order_by("-id")[:limit])


def list_load_rows(load: UnionLoad, *outcomes: str, after: int = 0, limit: int = 50) -> list[UnionLoadRow]:
    """Rows of a file by number; one more where there are more."""
    rows = load.lines.filter(outcome__in=outcomes, number__gt=after).order_by("number")
    return list(rows.select_related("union")[: limit + 1])


def iterate_bad_rows(load: UnionLoad) -> Iterator[UnionLoadRow]:
    """All faulty rows, 500 at a time."""
    after = 0
    while rows := list(load.lines.filter(outcome=RowOutcome.BAD, number__gt=after).order_by("number")[:500]):
        yield from rows
        after = rows[-1].number
