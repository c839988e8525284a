"""Reading jobs: one's own, and those of units where one may see them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django_tasks_db.models import DBTaskResult

from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.registry import registry as scenarios

from .models import LIVING, PULSE, Job, Tick
from .permissions import VIEW


def _own(actor: Actor) -> Q:
    if actor.is_system:
        return Q()
    units = [grant.unit_id for grant in actor.living_grants if VIEW in grant.permissions]
    own = Q(account_id=actor.account_id) if actor.account_id is not None else Q(pk__in=[])
    return own | Q(unit_id__in=units) if units else own


def list_jobs(actor: Actor, query: Query) -> Page[Job]:
    """Own jobs and those of one's units, newest first; the view `living` has those that are not over."""
    rows: QuerySet[Job] = Job.objects.filter(_own(actor))
    if query.view == "living":
        rows = rows.filter(state__in=LIVING)
    return page_of(rows, ("-id",), after=query.after, limit=query.limit)


def count_living(actor: Actor) -> int:
    """One's own jobs that are not over."""
    if actor.account_id is None:
        return 0
    return Job.objects.filter(account_id=actor.account_id, state__in=LIVING).count()


def get_job(actor: Actor, public_id: str) -> Job:
    """Own, or of a unit in a subtree where the actor may see jobs. Raises NotFound."""
    job = find_by_public_id(public_id)
    if job is None:
        raise NotFound
    if actor.is_system or (actor.account_id is not None and job.account_id == actor.account_id):
        return job
    if job.unit_id is not None and actor.holds(VIEW) and actor.may(VIEW, scenarios.units.path(job.unit_id)):
        return job
    raise NotFound


def find_by_public_id(public_id: str) -> Job | None:
    return Job.objects.filter(public_id=public_id).first()


def get_by_public_id(public_id: str) -> Job:
    return Job.objects.get(public_id=public_id)


def find_living(key: str) -> str | None:
    """The public id of the living job of this key."""
    return Job.objects.filter(key=key, state__in=LIVING).values_list("public_id", flat=True).first()


def list_silent(*, before: datetime, limit: int = 500) -> list[Job]:
    """Living jobs without a sign of life since `before`."""
    return list(Job.objects.filter(state__in=LIVING, heartbeat__lt=before).order_by("heartbeat")[:limit])


def find_tick(name: str) -> Tick | None:
    return Tick.objects.filter(name=name).first()


def last_tick() -> datetime | None:
    """The newest planned moment that the clock has carried out; None before its first."""
    return Tick.objects.exclude(name=PULSE).order_by("-last_run").values_list("last_run", flat=True).first()


def failing_ticks() -> list[str]:
    """What the clock could not do at its last try."""
    return list(Tick.objects.exclude(error="").order_by("name").values_list("name", flat=True)[:20])


def pulse_waits(task_path: str) -> bool:
    """Whether the worker has not even taken the last pulse."""
    return DBTaskResult.objects.filter(task_path=task_path, status="READY").exists()
