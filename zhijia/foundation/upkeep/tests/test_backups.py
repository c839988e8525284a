"""A backup is whole or is none; what it holds comes back on a machine that has nothing."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from tests.world import World
from zhijia.foundation.upkeep import backups, health, selectors
from zhijia.kernel import db
from zhijia.kernel.crypto import new_environment
from zhijia.kernel.errors import Invalid, WrongState
from zhijia.kernel.health import Grade
from zhijia.organization.people.models import Person


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Path:
    """Folders of one installation: `var` with two files, and a place for backups."""
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "var" / "files"
    (settings.MEDIA_ROOT / "a").mkdir(parents=True)
    (settings.MEDIA_ROOT / "a" / "one").write_bytes(b"sealed one")
    (settings.MEDIA_ROOT / "two").write_bytes(b"sealed two")
    (settings.VAR_DIR / "site.json").write_text("{}")
    (settings.VAR_DIR / "keys.env").write_text("SECRET_KEY=never in a backup\n")
    target = tmp_path / "backups"
    target.mkdir()
    return target


@pytest.mark.django_db(transaction=True)
def test_it_holds_database_files_and_names_but_never_the_keys(
    world: World, place: Path, now: Any, settings: Any
) -> None:
    settings.ZHIJIA_PRODUCTION = True
    made = backups.back_up(place, now=now)
    assert {each.name for each in made.iterdir()} == {db.dump_name(), "files.tar", "site.json", "SHA256SUMS"}
    assert made.stat().st_mode & 0o077 == 0, "nobody else may read it"
    assert backups.check(made) == []
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=made, check=False).returncode == 0
    assert not [each for each in made.iterdir() if b"never in a backup" in each.read_bytes()]
    assert [found.grade for found in health.backed_up(now)] == [Grade.GOOD]
    assert [found.grade for found in health.backed_up(now + timedelta(hours=27))] == [Grade.BAD]


@pytest.mark.django_db(transaction=True)
def test_what_is_cut_off_is_no_backup_and_hides_no_earlier_one(place: Path, now: Any, monkeypatch: Any) -> None:
    backups.back_up(place, now=now)

    def full(_path: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(backups, "_pack_files", full)
    with pytest.raises(OSError, match="no space"):
        backups.back_up(place, now=now + timedelta(days=1))
    assert len(backups.finished(place)) == 1
    last = selectors.last_backup()
    assert last is not None
    assert last.at == now


@pytest.mark.django_db(transaction=True)
def test_only_the_newest_are_kept_where_told(place: Path, now: Any) -> None:
    for day in range(4):
        backups.back_up(place, now=now + timedelta(days=day), keep=2)
    assert [each.name for each in backups.finished(place)] == ["zhijia-20260917-020000", "zhijia-20260918-020000"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("harm", ["changed", "missing", "unlisted", "sums"])
def test_a_damaged_backup_is_refused_before_anything_is_written(place: Path, now: Any, harm: str) -> None:
    made = backups.back_up(place, now=now)
    if harm == "changed":
        (made / "files.tar").write_bytes((made / "files.tar").read_bytes() + b"x")
    elif harm == "missing":
        (made / db.dump_name()).unlink()
    elif harm == "unlisted":
        lines = (made / "SHA256SUMS").read_text().splitlines(keepends=True)
        (made / "SHA256SUMS").write_text("".join(line for line in lines if "files.tar" not in line))
    else:
        (made / "SHA256SUMS").unlink()
    with pytest.raises(Invalid):
        backups.restore(made)
    with pytest.raises(CommandError):
        call_command("restore", str(made), "--check")


@pytest.mark.parametrize("name", ["../outside", "/outside", "link"])
def test_nothing_is_unpacked_beside_the_files(tmp_path: Path, name: str) -> None:
    member = tarfile.TarInfo(name if name == "link" else name.replace("/outside", f"{tmp_path}/outside"))
    member.type, member.linkname = (tarfile.SYMTYPE, "/etc") if name == "link" else (tarfile.REGTYPE, "")
    with tarfile.open(tmp_path / "files.tar", "w") as archive:
        archive.addfile(member, io.BytesIO(b""))
    with pytest.raises(Invalid):
        backups._unpack_files(tmp_path / "files.tar", tmp_path / "files")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["files", "files.tar"]
    assert list((tmp_path / "files").iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_restore_that_failed_can_be_tried_again(place: Path, now: Any, monkeypatch: Any) -> None:
    made = backups.back_up(place, now=now)
    shutil.rmtree(django_settings.MEDIA_ROOT)

    def fail(_path: Path) -> None:
        raise db.DumpFailed("away")

    with monkeypatch.context() as patched:
        patched.setattr(db, "is_empty_database", lambda: True)
        patched.setattr(db, "restore_database", fail)
        with pytest.raises(db.DumpFailed):
            backups.restore(made)
    assert not django_settings.MEDIA_ROOT.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_that_stands_is_overwritten(world: World, place: Path, now: Any) -> None:
    made = backups.back_up(place, now=now)
    with pytest.raises(WrongState):
        backups.restore(made)
    assert Person.objects.model is not None
    assert (django_settings.MEDIA_ROOT / "two").read_bytes() == b"sealed two"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="备份目录"):
        call_command("backup", str(tmp_path / "nowhere"))


@pytest.fixture
def another_database(tmp_path: Path) -> Any:
    """The address of an empty database of the same kind."""
    if connection.vendor != "postgresql":
        yield f"sqlite:///{tmp_path / 'other.sqlite3'}"
        return
    said = connection.settings_dict
    name = f"{said['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    host = said["HOST"] or said.get("OPTIONS", {}).get("host", "")
    yield f"postgres://{said['USER']}:{said['PASSWORD']}@/{name}?host={host}&port={said['PORT']}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


COUNT = (
    "import django; django.setup();"
    "from zhijia.organization.people.models import Person; from zhijia.foundation.audit.models import AuditEntry;"
    "from django.db import connection; from zhijia.foundation.workflow.models import Case;"
    "print(Person.objects.count(), AuditEntry.objects.count(), Case.objects.count())"
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
def test_destroyed_and_restored_it_is_the_same(world: World, place: Path, now: Any, another_database: str) -> None:
    """In processes of its own, as on the day after, and by the Python that a server has: Debian's lacks what later
    releases of the same 3.11 have learnt.
    """
    from zhijia.foundation.audit.models import AuditEntry
    from zhijia.foundation.workflow.models import Case

    world.member()
    world.application(name="王一")
    made = backups.back_up(place, now=now)
    before = f"{Person.objects.count()} {AuditEntry.objects.count()} {Case.objects.count()}"
    fresh = place.parent / "fresh"
    environment = (
        os.environ
        | new_environment()
        | {
            "SECRET_KEY": "a" * 40,
            "DATABASE_URL": another_database,
            "ZHIJIA_VAR": str(fresh),
            "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.dev",
            "PYTHONPATH": f"{django_settings.BASE_DIR}:{sysconfig.get_path('purelib')}",
        }
    )
    python = shutil.which("python3.11", path="/usr/bin") or sys.executable
    zhijia = [python, "-m", "zhijia.cli"]
    restored = subprocess.run(
        [*zhijia, "restore", str(made)], env=environment, capture_output=True, text=True, check=False
    )
    assert restored.returncode == 0, restored.stderr
    assert (fresh / "files" / "a" / "one").read_bytes() == b"sealed one"
    assert (fresh / "site.json").exists()
    counted = subprocess.run([python, "-c", COUNT], env=environment, capture_output=True, text=True, check=True)
    assert counted.stdout.strip() == before
    migrated = subprocess.run([*zhijia, "migrate", "--check"], env=environment, capture_output=True, check=False)
    assert migrated.returncode == 0
    again = subprocess.run(
        [*zhijia, "restore", str(made)], env=environment, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert "不是空的" in again.stderr
    shutil.rmtree(fresh)
