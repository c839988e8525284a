"""Reading what files there are, and whether somebody may open one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Expired, NotFound
from zhijia.kernel.registry import registry

from . import rules
from .models import StoredFile


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A stored file: `size` in bytes of its content, `digest` its SM3, `keep_until` when it will be dropped."""

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


def may_read(actor: Actor, file: FileFacts) -> bool:
    """Who gave it, and whom its use allows."""
    if file.account_id is not None and actor.account_id == file.account_id:
        return True
    if file.person_id is not None and actor.person_id == file.person_id:
        return True
    use = registry.file_uses.get(file.use)
    return use is not None and use.may_read is not None and use.may_read(actor, file)


def get_readable(actor: Actor, public_id: str) -> FileFacts:
    """Raises NotFound where there is none or it is not for this actor, Expired `file.dropped` where it is gone."""
    file = find(public_id)
    if file is None or not may_read(actor, file):
        raise NotFound
    if file.dropped_at is not None:
        raise Expired("file.dropped", "这个文件已过保存期限，内容已经删除。")
    return file
