"""Reading what files there are, and whether somebody may open one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Expired, NotFound
from zhijia.kernel.personal import DataSubject, Kept
from zhijia.kernel.registry import registry

from . import rules
from .models import StoredFile


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A stored file: `size` in bytes of its content, `digest` the keyed one of it, `keep_until` its
    last moment.
    """

    public_id: str
    use: str
    about_kind: str
    about_id: str
    name: str
    type: str
    size: int
    digest: str
    location: str
    person_id: int | None
    account_id: int | None
    unit_id: int | None
    created_at: datetime
    keep_until: datetime | None
    dropped_at: datetime | None

    @property
    def media_type(self) -> str:
        return rules.MEDIA_TYPES[self.type]

    @property
    def is_picture(self) -> bool:
        return self.type in rules.PICTURES

    @property
    def size_words(self) -> str:
        return rules.size_words(self.size)


_COLUMNS = tuple(FileFacts.__dataclass_fields__)


def find(public_id: str) -> FileFacts | None:
    """For programs; a person comes by `get_readable`."""
    rows = db.select_rows(StoredFile, _COLUMNS, {"public_id": public_id})
    return FileFacts(*rows[0]) if rows else None


def list_about(kind: str, public_ids: Iterable[str]) -> dict[str, list[FileFacts]]:
    """Files that still have content, by what they belong to, in the order in which they came.

    The caller holds what they belong to, and decides whether its files may be named.
    """
    found: dict[str, list[FileFacts]] = {}
    rows = StoredFile.objects.filter(about_kind=kind, about_id__in=list(public_ids), dropped_at__isnull=True)
    for row in rows.order_by("id").values_list(*_COLUMNS):
        facts = FileFacts(*row)
        found.setdefault(facts.about_id, []).append(facts)
    return found


def is_giver(actor: Actor, file: FileFacts) -> bool:
    if file.account_id is not None and actor.account_id == file.account_id:
        return True
    return file.person_id is not None and actor.person_id == file.person_id


def may_read(actor: Actor, file: FileFacts) -> bool:
    """Who gave it, unless it was at work, and whom its use allows."""
    use = registry.file_uses.get(file.use)
    if is_giver(actor, file) and not (use is not None and use.at_work):
        return True
    return use is not None and use.may_read is not None and use.may_read(actor, file)


def get_readable(actor: Actor, public_id: str) -> FileFacts:
    """Raises NotFound where there is none or it is not for this actor, Expired `file.dropped` where it is gone."""
    file = find(public_id)
    if file is None or not may_read(actor, file):
        raise NotFound
    if file.dropped_at is not None:
        raise Expired("file.dropped", "这个文件已过保存期限，内容已经删除。")
    return file


def _given_by(subject: DataSubject) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(person_id__in=subject.persons, dropped_at__isnull=True).order_by("created_at")


def export_files(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    """For his copy: which files he gave or had made, and how long each is kept."""
    return [
        {
            "时间": row.created_at,
            "文件": row.name,
            "用途": registry.file_uses[row.use].label if row.use in registry.file_uses else row.use,
            "大小": rules.size_words(row.size),
            "保存到": row.keep_until or "随所属事项保存",
        }
        for row in _given_by(subject)
    ]


def kept_files(subject: DataSubject, now: datetime) -> list[Kept]:
    """All of them: those with a day of their own go on it, the others with what they belong to."""
    days = list(_given_by(subject).values_list("keep_until", flat=True))
    dated = [day for day in days if day is not None]
    kept = []
    if dated:
        kept.append(Kept(len(dated), "文件到期自动删除，到期前供您下载或核对。", timezone.localdate(max(dated)), False))
    if len(days) > len(dated):
        reason = "这些材料是已办事项的凭据，随该事项的档案保存。"
        kept.append(Kept(len(days) - len(dated), reason))
    return kept
