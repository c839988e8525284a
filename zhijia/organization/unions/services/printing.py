"""Codes and posters of many unions at once: a job draws them into the file store, one download packs them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.foundation.jobs import selectors as job_selectors, services as jobs
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Expired, Invalid, RuleBroken, WrongState
from zhijia.organization.unions import printing, selectors
from zhijia.organization.unions.models import Union
from zhijia.organization.unions.permissions import Permission
from zhijia.organization.unions.selectors import printing as printable

JOB: Final = "unions.print"
FORMS: Final = {"poster": "海报（PDF）", "png": "二维码（PNG）"}
MOST: Final = 3_000
"""Unions of one order: a city has fewer, the province prints city by city."""
_AT_ONCE: Final = {"poster": 1, "png": 20}
"""A chunk holds the writer of SQLite: a poster takes 0.1 s, a picture 7 ms."""
KEEP: Final = timedelta(days=7)
_ROOT: Final = "unions/prints"


@transaction.atomic
def print_codes(actor: Actor, union: Union, form: str, *, now: datetime) -> str:
    """Start drawing the codes of every open union below `union` that people may join; returns the job's public id.

    Raises NotFound, NotAllowed; Invalid `print.form`; RuleBroken `print.nothing`, `print.too_many`.
    """
    actor.require(Permission.PRINT, union.path)
    if form not in FORMS:
        raise Invalid("print.form", "请选择海报或二维码。", fields={"form": "请选择海报或二维码。"})
    total = printable.count_printable(union.path)
    if not total:
        raise RuleBroken("print.nothing", "它和它的下级里没有可以入会的工会，没有二维码可打印。")
    if total > MOST:
        raise RuleBroken("print.too_many", f"共有{total:,}个工会，一次最多打印{MOST:,}个，请按市或县分别打印。")
    title = f"{union.name}：{FORMS[form]}"
    job = jobs.enqueue(
        JOB, {"unit": union.pk, "form": form}, actor=actor, now=now, title=title, unit_id=union.pk, total=total
    )
    audit.record(
        actor, "unions.print", ("union", union.public_id), now=now, unit_id=union.pk,
        detail={"form": form, "unions": total},
    )  # fmt: skip
    return job


def draw_some(job: str, unit_id: int, form: str, after: str) -> tuple[int, str]:
    """Draw the next few; returns how many, and the path of the last. Drawing one again replaces its file."""
    unions = printable.list_printable(selectors.get_facts(unit_id).path, after=after, limit=_AT_ONCE[form])
    for union in unions:
        content = printing.poster([union]) if form == "poster" else printing.picture(union.code, "png")
        name = f"{_ROOT}/{job}/{union.code}.{'pdf' if form == 'poster' else 'png'}"
        if default_storage.exists(name):
            default_storage.delete(name)
        default_storage.save(name, ContentFile(content))
    return len(unions), unions[-1].path if unions else after


def packed(actor: Actor, job_id: str) -> tuple[str, Iterator[bytes]]:
    """A file name and the pieces of a ZIP with what a finished job drew.

    Raises NotFound for another's job or kind, WrongState `print.unfinished`, Expired `print.gone` after seven days.
    """
    job = job_selectors.get_job(actor, job_id)
    if job.kind != JOB:
        raise WrongState("print.other", "这不是打印任务。")
    if job.state != "done":
        raise WrongState("print.unfinished", "还没有生成完，完成后再下载。")
    unit = selectors.get_facts(int(job.payload["unit"]))
    actor.require(Permission.PRINT, unit.path)
    folder = f"{_ROOT}/{job_id}"
    names = sorted(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else []
    if not names:
        raise Expired("print.gone", "文件只保留7天，已经清理，请重新打印。")
    known = printable.names_of_codes(name.partition(".")[0] for name in names)
    return f"{unit.name}-{FORMS[job.payload['form']]}.zip", _zip(folder, names, known)


class _Pipe:
    """Takes what a ZIP writer writes and hands it on; it can't go back, so the writer doesn't try."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        return

    def take(self) -> bytes:
        joined = b"".join(self.parts)
        self.parts.clear()
        return joined


def _zip(folder: str, names: list[str], known: dict[str, str]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # it only writes
        for name in names:
            code, _, ending = name.partition(".")
            with default_storage.open(f"{folder}/{name}") as file:
                archive.writestr(f"{code}-{safe_file_name(known.get(code, ''))}.{ending}", file.read())
            yield pipe.take()
    yield pipe.take()


def safe_file_name(text: str) -> str:
    """A union's name as part of a file name on any system."""
    return "".join(sign if sign.isprintable() and sign not in '\\/:*?"<>|' else "_" for sign in text)[:60]


def forget_old_prints(*, now: datetime) -> int:
    """Delete drawings older than seven days; returns how many orders went."""
    if not default_storage.exists(_ROOT):
        return 0
    gone = 0
    for job in default_storage.listdir(_ROOT)[0]:
        names = default_storage.listdir(f"{_ROOT}/{job}")[1]
        newest = max((default_storage.get_modified_time(f"{_ROOT}/{job}/{name}") for name in names), default=None)
        if newest is None or newest < now - KEEP:
            for name in names:
                default_storage.delete(f"{_ROOT}/{job}/{name}")
            default_storage.delete(f"{_ROOT}/{job}")
            gone += 1
    return gone
