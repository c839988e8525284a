"""A backup of everything but the keys, and the way back. Source: docs/runbooks/backup.md

Order matters. The database is copied first and the files after it: a file is written before the row that names it, so
every row of the copy finds its file. On the way back the files come first, for the same reason.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from zhijia.kernel import db
from zhijia.kernel.errors import Invalid, WrongState

from . import selectors

FILES = "files.tar"
SUMS = "SHA256SUMS"
BESIDE = ("site.json", "ledger-heads.log")
"""Small files of ZHIJIA_VAR that belong to the installation: its names, and the heads of its log."""
_PREFIX, _UNFINISHED = "zhijia-", ".unfinished"


def back_up(target: Path, *, now: datetime, keep: int = 0, say: Callable[[str], None] = lambda _text: None) -> Path:
    """Write `zhijia-20260915-020000/` under `target` and return it; it has that name only when it is whole.

    With `keep`, older ones than the newest so many are removed afterwards. Raises Invalid `backup.folder`, DumpFailed.
    """
    if not target.is_dir():
        raise Invalid("backup.folder", f"没有这个备份目录：{target}。请先建好，并让运行平台的用户可以写入。")
    final = target / f"{_PREFIX}{now:%Y%m%d-%H%M%S}"
    draft = final.with_name(final.name + _UNFINISHED)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    db.dump_database(draft / db.dump_name())
    say("数据库已备份")
    _pack_files(draft / FILES)
    for name in BESIDE:
        if (Path(settings.VAR_DIR) / name).exists():
            shutil.copyfile(Path(settings.VAR_DIR) / name, draft / name)
    say("文件已备份" if not settings.ZHIJIA_FILES_S3_BUCKET else "文件在 S3 存储里，请由存储自己备份")
    (draft / SUMS).write_text(_sums(draft), encoding="ascii")
    draft.rename(final)
    _note(final, now=now)
    if keep:
        for old in finished(target)[:-keep]:
            shutil.rmtree(old)
            say(f"已删除旧备份 {old.name}")
    return final


def finished(target: Path) -> list[Path]:
    """Whole backups of a folder, oldest first."""
    return sorted(each for each in target.glob(f"{_PREFIX}*") if each.is_dir() and not each.name.endswith(_UNFINISHED))


def _pack_files(path: Path) -> None:
    """Sealed content does not shrink, so nothing is compressed. A file that goes meanwhile is left out."""
    root = Path(settings.MEDIA_ROOT)
    with tarfile.open(path, "w") as archive:
        for each in sorted(root.rglob("*")) if root.exists() else ():
            if each.is_file():
                try:
                    archive.add(each, arcname=str(each.relative_to(root)), recursive=False)
                except FileNotFoundError:
                    continue


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _sums(folder: Path) -> str:
    """As `sha256sum` writes it, so that `sha256sum --check SHA256SUMS` needs nothing of ours."""
    return "".join(f"{_digest(each)}  {each.name}\n" for each in sorted(folder.iterdir()) if each.name != SUMS)


def _note(folder: Path, *, now: datetime) -> None:
    total = sum(each.stat().st_size for each in folder.iterdir())
    note = {"at": now.isoformat(), "folder": str(folder), "bytes": total}
    draft = selectors.backup_note().with_suffix(".new")
    draft.write_text(json.dumps(note) + "\n", encoding="utf-8")
    draft.replace(selectors.backup_note())


# --- The way back ---------------------------------------------------------------------------------------------------
def check(folder: Path) -> list[str]:
    """Names of what is missing, changed or not listed; empty for a whole backup. Raises Invalid `backup.no_sums`."""
    if not (folder / SUMS).is_file():
        raise Invalid("backup.no_sums", f"{folder} 里没有 {SUMS}，不是一份完整的备份。")
    listed: dict[str, str] = {}
    for line in (folder / SUMS).read_text(encoding="ascii").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    wrong = [name for name, said in listed.items() if not (folder / name).is_file() or _digest(folder / name) != said]
    return sorted({*wrong, *({FILES, db.dump_name()} - set(listed))})


def restore(folder: Path, *, say: Callable[[str], None] = lambda _text: None) -> None:
    """Into an empty database and an empty folder of files. Nothing is written before all sums are right.

    Raises Invalid `backup.no_sums`, `backup.changed`, WrongState `backup.not_empty`, DumpFailed.
    """
    wrong = check(folder)
    if wrong:
        raise Invalid("backup.changed", f"备份不完整或被改动：{'、'.join(wrong)}。请换一份备份。")
    root = Path(settings.MEDIA_ROOT)
    if not db.is_empty_database() or (root.exists() and any(each.is_file() for each in root.rglob("*"))):
        raise WrongState("backup.not_empty", "数据库或文件目录不是空的。恢复只写入空库和空目录，请先移走现有的数据。")
    try:
        _unpack_files(folder / FILES, root)
        say("文件已恢复")
        db.restore_database(folder / db.dump_name())
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)  # so that it can be tried again
        raise
    say("数据库已恢复")
    for name in BESIDE:
        if (folder / name).exists():
            shutil.copyfile(folder / name, Path(settings.VAR_DIR) / name)


def _unpack_files(path: Path, root: Path) -> None:
    """What `_pack_files` packed, and nothing else: plain files below `root`.

    By hand, since `extractall` learnt to be careful (`filter`) only after the Python 3.11 of Debian 12.
    """
    root.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path) as archive:
        for member in archive:
            place = (root / member.name).resolve()
            content = archive.extractfile(member) if member.isreg() else None
            if content is None or root.resolve() not in place.parents:
                raise Invalid("backup.changed", f"备份不完整或被改动：{path.name}。请换一份备份。")
            place.parent.mkdir(parents=True, exist_ok=True)
            with content, place.open("wb") as out:
                shutil.copyfileobj(content, out)
