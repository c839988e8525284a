"""Starting, running, stopping and reviving jobs; doing what the clock asks.

Workers may die at any point. What keeps a chunk from being done twice or lost: the chunk's rows, its cursor and the
job's version commit in one transaction, which begins by taking the version.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from zhijia.foundation.audit import services as audit
from zhijia.kernel import clockwork, db, events
from zhijia.kernel.actor import Actor
from zhijia.kernel.clockwork import Periodic
from zhijia.kernel.errors import WrongState, ZhijiaError
from zhijia.kernel.ids import new_public_id

from . import registry, selectors
from .models import LIVING, PULSE, Job, State, Tick
from .registry import Json, RunningJob, Step

log = logging.getLogger("zhijia.jobs")

SILENT_S = 60
"""A living job without a sign of life for so long has lost its worker."""
SLICE_S = 20
"""After so long a job goes to the back of the queue, so that jobs of a worker take turns."""
MOST_FAILURES = 5
"""Tries of one chunk in a row before the job fails."""
BACKOFF_S = (5, 20, 60, 180)
REPORT_LIST = 1_000
TASK_LOST_S = 600
LEASE = timedelta(minutes=10)
DAILY_LEASE = timedelta(hours=2)
"""So long a function of the clock is left to whoever began it; a night's work may be long."""
KEEP_TASKS = timedelta(days=7)
KEEP_JOBS = timedelta(days=365)


# --- Starting and stopping ------------------------------------------------------------------------------------------
def enqueue(
    kind: str,
    payload: Mapping[str, Json] | None = None,
    *,
    actor: Actor,
    now: datetime,
    title: str = "",
    unit_id: int | None = None,
    total: int | None = None,
    key: str | None = None,
) -> str:
    """Start a job in the caller's transaction and return its public id; nothing runs if that is rolled back.

    With `key`, a living job of the same key is returned instead of starting a second. Personal data does not belong
    into `payload`, which is kept with the job for a year. Raises LookupError for a kind nobody declares.
    """
    registry.kind(kind)
    public_id = new_public_id()
    values = {
        "public_id": public_id,
        "kind": kind,
        "title": title or registry.label_of(kind),
        "payload": dict(payload or {}),
        "key": key,
        "total": total,
        "account_id": actor.account_id,
        "unit_id": unit_id,
        "created_at": now,
        "heartbeat": now,
    }
    with transaction.atomic():
        if not db.insert_rows(Job, [values], ignore_conflicts=key is not None):
            living = selectors.find_living(str(key))
            if living is not None:
                return living
            return enqueue(
                kind, payload, actor=actor, now=now, title=title, unit_id=unit_id, total=total, key=key
            )  # it ended in between
        audit.record(actor, "jobs.started", ("job", public_id), now=now, unit_id=unit_id, detail={"kind": kind})
        run_job.enqueue(public_id)
    return public_id


@transaction.atomic
def cancel(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Stop a job after its present chunk; what is done stays done. Raises NotFound, WrongState."""
    job = selectors.get_job(actor, public_id)
    if not db.change_rows(
        Job,
        {"id": job.pk, "state": job.state, "version": job.version} if job.state in LIVING else {"id": 0},
        {"state": State.CANCELLED, "version": job.version + 1, "finished_at": now},
    ):
        raise WrongState("job.not_running", "这项任务已经结束或刚刚有了新进展，请刷新后再看。")
    audit.record(actor, "jobs.cancelled", ("job", public_id), now=now, unit_id=job.unit_id)


@transaction.atomic
def resume(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Go on from the cursor after a failure was mended. Raises NotFound, WrongState."""
    job = selectors.get_job(actor, public_id)
    changed = db.change_rows(
        Job,
        {"id": job.pk, "state": State.FAILED, "version": job.version},
        {
            "state": State.QUEUED,
            "version": job.version + 1,
            "failures": 0,
            "error_code": "",
            "error": "",
            "runner": "",
            "heartbeat": now,
            "finished_at": None,
        },
    )
    if not changed:
        raise WrongState("job.not_failed", "只有未完成的任务才能继续，请刷新后查看最新状态。")
    audit.record(actor, "jobs.resumed", ("job", public_id), now=now, unit_id=job.unit_id)
    run_job.enqueue(public_id)


# --- Running --------------------------------------------------------------------------------------------------------
@task()
def run_job(public_id: str) -> None:
    """The queue's side of a job: one slice of it. Safe to run any number of times, also at once."""
    run_slice(public_id)


def run_slice(public_id: str, *, clock: Callable[[], datetime] = timezone.now, seconds: float = SLICE_S) -> None:
    """Do chunks until the job ends, is taken away, fails for now, or `seconds` are over; then queue the rest.

    Does nothing where the job has ended or another worker lives on it.
    """
    runner = secrets.token_hex(16)
    started = clock()
    version = _take(public_id, runner, now=started)
    while version is not None:
        try:
            next_version = _do_chunk(public_id, version, runner, now=clock())
        except Exception as error:  # noqa: BLE001  whatever a step raises must not lose the job
            _note_failure(public_id, version, error, now=clock())
            return
        if next_version is not None and clock() - started >= timedelta(seconds=seconds):
            _hand_back(public_id, next_version, now=clock())
            return
        version = next_version


def _take(public_id: str, runner: str, *, now: datetime) -> int | None:
    """Make the job ours and return its version; None where it is ended, being done, or was taken this moment."""
    job = selectors.find_by_public_id(public_id)
    if job is None or job.state not in LIVING:
        return None
    if job.runner and now - job.heartbeat < timedelta(seconds=SILENT_S):
        return None
    if job.failures and job.heartbeat > now:
        return None  # it waits for its next try; the heartbeat is set to that moment
    changed = db.change_rows(
        Job,
        {"id": job.pk, "state": job.state, "version": job.version},
        {
            "state": State.RUNNING,
            "version": job.version + 1,
            "runner": runner,
            "heartbeat": now,
            "started_at": job.started_at or now,
        },
    )
    return job.version + 1 if changed else None


def _do_chunk(public_id: str, version: int, runner: str, *, now: datetime) -> int | None:
    """One chunk and its cursor, in one transaction. Returns the new version, None where the job is over or not ours."""
    with transaction.atomic():
        mine = {"public_id": public_id, "state": State.RUNNING, "version": version}
        # Taken first: the row stays locked until commit, and a second worker then finds another version.
        if not db.change_rows(Job, mine, {"version": version + 1, "heartbeat": now}):
            return None
        job = selectors.get_by_public_id(public_id)
        running = RunningJob(
            id=job.pk,
            public_id=public_id,
            payload=job.payload,
            done=job.done,
            total=job.total,
            report=job.report,
            account_id=job.account_id,
            unit_id=job.unit_id,
            now=now,
        )
        step = registry.kind(job.kind).step(running, job.cursor)
        db.change_rows(Job, {"id": job.pk}, _after(job, step, runner, now=now))
    return None if step.finished else version + 1


def _after(job: Job, step: Step, runner: str, *, now: datetime) -> dict[str, Any]:
    if step.done < 0:
        raise ValueError(f"{job.kind} reported {step.done} units done")
    total = step.total if step.total is not None else job.total
    values: dict[str, Any] = {
        "cursor": step.cursor,
        "done": job.done + step.done,
        "total": total,
        "report": merge_reports(job.report, step.report),
        "runner": runner,
        "failures": 0,
        "heartbeat": now,
    }
    if step.finished:
        values |= {"state": State.DONE, "finished_at": now, "runner": "", "total": total or job.done + step.done}
    return values


def merge_reports(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    """Sum numbers, join lists up to 1,000 entries, go into dicts, replace the rest. Truth values are no numbers."""
    merged = dict(old)
    for name, value in new.items():
        known = merged.get(name)
        if isinstance(value, bool) or known is None:
            merged[name] = value[:REPORT_LIST] if isinstance(value, list) else value
        elif isinstance(value, (int, float)) and isinstance(known, (int, float)):
            merged[name] = known + value
        elif isinstance(value, list) and isinstance(known, list):
            merged[name] = (known + value)[:REPORT_LIST]
        elif isinstance(value, Mapping) and isinstance(known, Mapping):
            merged[name] = merge_reports(known, value)
        else:
            merged[name] = value
    return merged


def _hand_back(public_id: str, version: int, *, now: datetime) -> None:
    with transaction.atomic():
        if db.change_rows(
            Job, {"public_id": public_id, "version": version}, {"version": version + 1, "runner": "", "heartbeat": now}
        ):
            run_job.enqueue(public_id)


def _note_failure(public_id: str, version: int, error: Exception, *, now: datetime) -> None:
    """The chunk was rolled back; plan another try, or give up with a sentence. An expected error is never retried."""
    if isinstance(error, OperationalError) and db.is_conflict_between_writers(error):
        log.info("job met another writer", extra={"job": public_id})
    elif not isinstance(error, ZhijiaError):
        log.error("job step failed", exc_info=error, extra={"job": public_id})
    with transaction.atomic():
        job = selectors.get_by_public_id(public_id)
        failures = job.failures + 1
        values: dict[str, Any] = {"version": version + 1, "failures": failures, "runner": ""}
        again = not isinstance(error, ZhijiaError) and failures < MOST_FAILURES
        if again:
            wait = BACKOFF_S[min(failures, len(BACKOFF_S)) - 1]
            values |= {"heartbeat": now + timedelta(seconds=wait), "error_code": "job.retrying", "error": _RETRYING}
        else:
            expected = isinstance(error, ZhijiaError)
            values |= {
                "state": State.FAILED,
                "finished_at": now,
                "heartbeat": now,
                "error_code": error.code if isinstance(error, ZhijiaError) else "job.failed",
                "error": error.message[:500] if isinstance(error, ZhijiaError) and expected else _FAILED,
            }
        if db.change_rows(Job, {"id": job.pk, "state": State.RUNNING, "version": version}, values) and again:
            run_job.using(run_after=values["heartbeat"]).enqueue(public_id)


_RETRYING = "处理时遇到系统问题，已完成的部分保留，稍后会自动重试。"
_FAILED = "系统多次重试仍未成功，已完成的部分都保留着。请联系系统管理员排除问题，再点“继续”从中断处办完。"


# --- Handlers of plugged-in scenarios -------------------------------------------------------------------------------
@task()
def handle_event(handler: str, event_type: str, values: dict[str, Json]) -> None:
    """One handler of one event; what it raises stays with the task."""
    events.run_deferred(handler, event_type, values)


def handle_later(handler: str, event_type: str, values: dict[str, Any]) -> None:
    """Queue a handler in the announcer's transaction: it runs when that is done, and never where it is not."""
    handle_event.enqueue(handler, event_type, values)


# --- The clock ------------------------------------------------------------------------------------------------------
def revive_silent(*, now: datetime) -> int:
    """Queue again the living jobs whose worker has gone silent; returns how many."""
    revived = 0
    for job in selectors.list_silent(before=now - timedelta(seconds=SILENT_S)):
        with transaction.atomic():
            # The version stays: a worker that was only slow goes on, and `_take` decides between the two.
            if db.change_rows(
                Job,
                {"id": job.pk, "version": job.version, "heartbeat": job.heartbeat},
                {"runner": "", "heartbeat": now},
            ):
                run_job.enqueue(job.public_id)
                revived += 1
    if revived:
        log.warning("jobs revived", extra={"count": revived})
    return revived


def return_lost_tasks(*, now: datetime) -> int:
    """Put tasks back into the queue whose worker died: the queue itself never does. Tasks run at least once."""
    lost = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=now - timedelta(seconds=TASK_LOST_S))
    return int(lost.update(status="READY", started_at=None))


def delete_old(*, now: datetime, at_most: int = 2_000) -> int:
    """Forget finished tasks after 7 days and ended jobs after a year; returns how many rows went."""
    tasks = DBTaskResult.objects.filter(status__in=("SUCCESSFUL", "FAILED"), finished_at__lt=now - KEEP_TASKS)
    jobs = Job.objects.exclude(state__in=LIVING).filter(finished_at__lt=now - KEEP_JOBS)
    gone = 0
    gone += DBTaskResult.objects.filter(pk__in=list(tasks.values_list("pk", flat=True)[:at_most])).delete()[0]
    gone += Job.objects.filter(pk__in=list(jobs.values_list("pk", flat=True)[:at_most])).delete()[0]
    return gone


def run_due(*, now: datetime, only: str = "", clock: Callable[[], datetime] | None = None) -> list[str]:
    """Do everything whose moment has come, each once however many processes ask; returns the names done.

    Marked done when it is done: one that is killed on its way is done again when its lease has run out. A function
    that fails is logged, counted, and asked again at the next tick; the others go on. `clock` tells the moment at which
    each begins, since those before it may have taken long.
    """
    done = []
    for item in clockwork.periodic():
        if only and item.name != only:
            continue
        slot = item.slot(now)
        held_until = _claim(item, slot, now=clock() if clock else now)
        if held_until is None:
            continue
        mine = {"name": item.name, "held_until": held_until}
        try:
            item.run(now)
        except Exception as error:
            log.exception("periodic function failed", extra={"periodic": item.name})
            db.change_rows(Tick, mine, {"held_until": None, "error": type(error).__name__})
        else:
            db.change_rows(Tick, mine, {"held_until": None, "last_run": slot, "error": ""})
            done.append(item.name)
    return done


def _claim(item: Periodic, slot: datetime, *, now: datetime) -> datetime | None:
    """Until when this slot is now ours, None where it is done or somebody lives on it."""
    row = selectors.find_tick(item.name)
    if row is None:
        # A daily thing waits for its next hour: a new installation does not start with the whole night's work.
        first = clockwork.EPOCH if item.at is None else slot
        db.insert_rows(Tick, [{"name": item.name, "last_run": first}], ignore_conflicts=True)
        row = selectors.find_tick(item.name)
    if row is None or row.last_run >= slot or (row.held_until is not None and row.held_until > now):
        return None
    held_until = now + (LEASE if item.at is None else DAILY_LEASE)
    as_read = {"name": item.name, "last_run": row.last_run, "held_until": row.held_until}
    return held_until if db.change_rows(Tick, as_read, {"held_until": held_until}) else None


# --- The worker's pulse ---------------------------------------------------------------------------------------------
@task()
def beat() -> None:
    """That a worker takes tasks at all: noted where `zhijia doctor` looks."""
    note_pulse(now=timezone.now())


def note_pulse(*, now: datetime) -> None:
    if not db.change_rows(Tick, {"name": PULSE}, {"last_run": now}):
        db.insert_rows(Tick, [{"name": PULSE, "last_run": now}], ignore_conflicts=True)


def ask_for_pulse() -> None:
    """One at a time: where no worker lives they would heap up."""
    if not selectors.pulse_waits(beat.module_path):
        beat.enqueue()
