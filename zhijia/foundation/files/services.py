"""Keeping, opening and dropping files. Content lies in the store in pieces of a megabyte, each sealed."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.limits import services as limits
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.crypto import SealBroken, keyed_content_digest
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import Expired, Invalid, NotAllowed
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.registry import FileUse, registry

from . import rules, selectors
from .models import StoredFile
from .selectors import FileFacts

PIECE = 1024 * 1024
IN_MEMORY = 8 * PIECE
JOINED = "parts:"
"""How the location of a file begins that is made of others."""
DRAFT = "files.draft"
DRAFT_BYTES = 10 * 1024 * 1024
_PLACE = "files_storedfile.content"


def keep(
    actor: Actor, source: IO[bytes], *, use: str, name: str, about: tuple[str, str], unit_id: int | None, now: datetime
) -> FileFacts:
    """Check a file by its content, seal it into the store, and note it in the caller's transaction.

    `about` names what it belongs to: `("case", public_id)`. Pictures are drawn anew, so that no place or camera goes
    along. Where the transaction is rolled back, the sealed content is swept away within two days. Raises Invalid
    `file.empty` `file.too_large` `file.type` `file.broken` `file.too_many_pixels`, TooMany `limit.files.…` beyond what
    one account may bring on a day, LookupError for an unknown use.
    """
    declared = _use(use)
    kind, size = _checked(declared, source)
    _count(actor, use, declared, now=now)
    if kind in rules.PICTURES:
        content = rules.clean_picture(source, kind)
        source, size = io.BytesIO(content), len(content)
    public_id = new_public_id()
    location = f"{timezone.localdate(now):%Y/%m/%d}/{public_id}"
    digest = keyed_content_digest(settings.ZHIJIA_DIGEST_KEY, _pieces(source))
    source.seek(0)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as sealed:
        _seal_into(sealed, public_id, source)
        sealed.seek(0)
        default_storage.save(location, File(sealed))
    facts = FileFacts(
        public_id=public_id,
        use=use,
        about_kind=about[0],
        about_id=about[1],
        name=rules.clean_name(name, kind),
        type=kind,
        size=size,
        digest=digest,
        location=location,
        person_id=actor.person_id,
        account_id=actor.account_id,
        unit_id=unit_id,
        created_at=now,
        keep_until=None if declared.keep_days is None else now + timedelta(days=declared.keep_days),
        dropped_at=None,
    )
    with transaction.atomic():
        insert_row(StoredFile, **{name: getattr(facts, name) for name in FileFacts.__dataclass_fields__})
        audit.record(
            actor,
            "files.kept",
            ("file", public_id),
            now=now,
            unit_id=unit_id,
            detail={"use": use, "size": size, "about": list(about)},
        )
    return facts


def join(
    actor: Actor, parts: tuple[str, str], *, kind: str, use: str, name: str, about: tuple[str, str],
    unit_id: int | None, now: datetime,
) -> FileFacts:  # fmt: skip
    """A file of any size whose content is that of kept files, in order: those of `use` + "_part" about `parts`.

    Nothing is read or written again. It is kept as long as its first part. Raises Invalid `file.empty` without parts.
    """
    own = _parts(use, *parts)
    if not own:
        raise Invalid("file.empty", "这个文件是空的，没有可以保存的内容。")
    public_id = new_public_id()
    facts = FileFacts(
        public_id=public_id,
        use=use,
        about_kind=about[0],
        about_id=about[1],
        name=rules.clean_name(name, kind),
        type=kind,
        size=sum(part.size for part in own),
        digest=_digest_of_parts(own),
        location=f"{JOINED}{parts[0]}:{parts[1]}",
        person_id=actor.person_id,
        account_id=actor.account_id,
        unit_id=unit_id,
        created_at=now,
        keep_until=own[0].keep_until,
        dropped_at=None,
    )
    insert_row(StoredFile, **{column: getattr(facts, column) for column in FileFacts.__dataclass_fields__})
    detail = {"use": use, "size": facts.size, "about": list(about)}
    audit.record(actor, "files.kept", ("file", public_id), now=now, unit_id=unit_id, detail=detail)
    return facts


def _parts(use: str, kind: str, public_id: str) -> list[FileFacts]:
    found = selectors.list_about(kind, [public_id]).get(public_id, [])
    return [file for file in found if file.use == f"{use}_part"]


def _digest_of_parts(parts: Sequence[FileFacts]) -> str:
    return keyed_content_digest(settings.ZHIJIA_DIGEST_KEY, (part.digest.encode() for part in parts))


def _use(code: str) -> FileUse:
    declared = registry.file_uses.get(code)
    if declared is None:
        raise LookupError(f"no scenario declares files for {code}")
    return declared


def _count(actor: Actor, code: str, use: FileUse, *, now: datetime) -> None:
    """Papers that anybody signed in can bring are counted by account and day before anything is opened."""
    if actor.account_id is None or not use.types <= rules.EVIDENCE:
        return
    limit = int(registry.parameter("files.papers_day", on=timezone.localdate(now)))
    words = f"今天上传的材料已达 {limit} 份，请明天再传，或把几页合成一个 PDF。"
    limits.hit("files.papers", str(actor.account_id), limit, timedelta(days=1), now=now, message=words)
    if code == DRAFT:
        limit = int(registry.parameter("files.drafts_day", on=timezone.localdate(now)))
        words = f"今天待提交的材料已达 {limit} 份，请先办理已上传的，或明天再传。"
        limits.hit("files.drafts", str(actor.account_id), limit, timedelta(days=1), now=now, message=words)


def _checked(use: FileUse, source: IO[bytes]) -> tuple[str, int]:
    """What the file is by its content, and its size in bytes."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    if size == 0:
        raise Invalid("file.empty", "这个文件是空的，请重新选择。")
    if size > use.most_bytes:
        raise Invalid("file.too_large", f"文件不能超过 {rules.size_words(use.most_bytes)}，请压缩或拆分后再上传。")
    kind = rules.recognize(source)
    if kind not in use.types:
        allowed = "、".join(rules.LABELS[name] for name in rules.LABELS if name in use.types)
        raise Invalid("file.type", f"只能上传 {allowed} 格式的文件，请检查后重新选择。")
    return kind, size


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece


def _seal_into(out: IO[bytes], public_id: str, source: IO[bytes]) -> None:
    """Sealed pieces, each with its length (4 bytes) in front, bound to its number and to being the last or not."""
    number, piece = 0, source.read(PIECE)
    while piece:
        following = source.read(PIECE)
        row = _row(public_id, number, last=not following)
        sealed = settings.ZHIJIA_KEYS.keyring.seal_bytes(piece, table_column=_PLACE, row=row)
        out.write(len(sealed).to_bytes(4, "big") + sealed)
        number, piece = number + 1, following


def _row(public_id: str, number: int, *, last: bool) -> str:
    return f"{public_id}:{number}:{'end' if last else 'more'}"


def read_pieces(file: FileFacts) -> Iterator[bytes]:
    """The content in order, a megabyte at a time.

    Raises SealBroken where it was changed or cut, Expired `file.dropped` where it is gone.
    """
    if file.dropped_at is not None:
        raise Expired("file.dropped", "这个文件已过保存期限，内容已经删除。")
    if file.location.startswith(JOINED):
        yield from _read_joined(file)
        return
    number, ended = 0, False
    with default_storage.open(file.location, "rb") as stored:
        head = stored.read(4)
        while head:
            sealed = stored.read(int.from_bytes(head, "big"))
            head = stored.read(4)
            ended = not head
            yield settings.ZHIJIA_KEYS.keyring.open_bytes(
                sealed, table_column=_PLACE, row=_row(file.public_id, number, last=ended)
            )
            number += 1
    if not ended:
        raise SealBroken


def _read_joined(file: FileFacts) -> Iterator[bytes]:
    _, kind, public_id = file.location.split(":")
    parts = _parts(file.use, kind, public_id)
    if _digest_of_parts(parts) != file.digest:
        raise SealBroken  # a part is gone, or there is one more
    for part in parts:
        yield from read_pieces(part)


def open_content(file: FileFacts) -> IO[bytes]:
    """The content as a file to seek in; beyond 8 MB it lies unnamed on the disk while it is open. Raises as above."""
    plain: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes it
    try:
        for piece in read_pieces(file):
            plain.write(piece)
    except BaseException:
        plain.close()
        raise
    plain.seek(0)
    return plain


def keep_draft(actor: Actor, source: IO[bytes], *, name: str, now: datetime) -> FileFacts:
    """Keep a paper that a case will ask for; for a day, and only for who sends it. Raises as `keep`, NotAllowed
    `file.person_only` for a system.
    """
    if actor.account_id is None:
        raise NotAllowed("file.person_only", "材料须由办理的人本人登录后上传。")
    return keep(actor, source, use=DRAFT, name=name, about=("account", str(actor.account_id)), unit_id=None, now=now)


@contextmanager
def open_drafts(actor: Actor, public_ids: Sequence[str], *, now: datetime) -> Iterator[list[tuple[str, IO[bytes]]]]:
    """Names and contents of one's own drafts, in this order, as services take papers; closed at the end.

    Raises Invalid `file.draft` naming the first that is not there (any more) or not one's own.
    """
    with ExitStack() as opened:
        papers: list[tuple[str, IO[bytes]]] = []
        for place, public_id in enumerate(public_ids):
            file = selectors.find(public_id)
            if file is None or not _is_own_draft(actor, file, now):
                text = "没有找到这份材料，请重新上传；上传的材料保留一天。"
                raise Invalid("file.draft", text, fields={f"papers.{place}": text})
            papers.append((file.name, opened.enter_context(open_content(file))))
        yield papers


def _is_own_draft(actor: Actor, file: FileFacts, now: datetime) -> bool:
    if file.use != DRAFT or actor.account_id is None or file.account_id != actor.account_id:
        return False
    return file.dropped_at is None and (file.keep_until is None or file.keep_until > now)


def read_file(actor: Actor, public_id: str, *, now: datetime) -> tuple[FileFacts, Iterator[bytes]]:
    """A file for somebody who may read it, with an audit row. Raises NotFound, Expired `file.dropped`."""
    file = selectors.get_readable(actor, public_id)
    if file.keep_until is not None and file.keep_until <= now:
        raise Expired("file.dropped", "这个文件已过保存期限，内容已经删除。")
    audit.record_read(
        actor,
        "files.read",
        ("file", file.public_id),
        now=now,
        unit_id=file.unit_id,
        concerns=file.person_id,
        reason=registry.file_uses[file.use].label,
    )
    return file, read_pieces(file)


@retrying()
@transaction.atomic
def drop(actor: Actor, public_id: str, *, reason: str, now: datetime) -> bool:
    """Delete the content; the row stays as the record. Returns False where it is gone already.

    The store is emptied after the commit: until then nothing is lost.
    """
    file = selectors.find(public_id)
    if file is None or not change_rows(StoredFile, {"public_id": public_id, "dropped_at": None}, {"dropped_at": now}):
        return False
    audit.record(
        actor,
        "files.dropped",
        ("file", public_id),
        now=now,
        unit_id=file.unit_id,
        detail={"use": file.use, "reason": reason},
    )
    if not file.location.startswith(JOINED):
        transaction.on_commit(lambda: default_storage.delete(file.location))
    return True


def drop_expired(*, now: datetime, at_most: int = 500, held: frozenset[int] = frozenset()) -> int:
    """Drop what has been kept long enough, but for files of the persons in `held`; returns how many."""
    due = StoredFile.objects.filter(keep_until__lte=now, dropped_at__isnull=True).order_by("keep_until")
    due = due.exclude(person_id__in=held) if held else due
    names = list(due.values_list("public_id", flat=True)[:at_most])
    return sum(drop(SYSTEM, name, reason="expired", now=now) for name in names)


def sweep(day: date) -> int:
    """Delete content of a day that no row knows: its command was rolled back. Returns how many."""
    folder = f"{day:%Y/%m/%d}"
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    known = set(
        StoredFile.objects.filter(public_id__in=names, dropped_at__isnull=True).values_list("public_id", flat=True)
    )
    lost = [name for name in names if name not in known]
    for name in lost:
        default_storage.delete(f"{folder}/{name}")
    return len(lost)


def delete_again(*, now: datetime) -> None:
    """Files dropped within the last three days, once more: the store may not have answered the first time."""
    lately = StoredFile.objects.filter(dropped_at__gt=now - timedelta(days=3)).order_by("id")
    for location in lately.values_list("location", flat=True).iterator(chunk_size=500):
        if not location.startswith(JOINED):
            default_storage.delete(location)
