"""The trail is sealed like events and histories: what is changed, taken away or emptied is noticed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from tests.world import World
from zhijia.foundation.audit import services as audit
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.ledger import heads, health, selectors, services, tasks
from zhijia.foundation.ledger.models import LogEntry, LogNode, TreeHead
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.health import Grade

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def sealed(world: World) -> World:
    for number in range(5):
        audit.record(SYSTEM, "access.ended", ("grant", number), now=world.now, concerns=number)
    while services.seal(now=world.now):
        pass
    assert LogEntry.objects.filter(source="audit.entry").count() == AuditEntry.objects.count() >= 5
    return world


def wrong(world: World) -> list[str]:
    return list(services.check(now=world.now).wrong)


def tamper(sql: str, *parameters: object) -> None:
    """As somebody does who may do everything with the tables."""
    with db.unguarded(AuditEntry), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def test_an_untouched_trail_is_whole(sealed: World) -> None:
    assert wrong(sealed) == []


def test_a_changed_line_is_found(sealed: World) -> None:
    entry = AuditEntry.objects.order_by("-id")[0]
    tamper("UPDATE audit_auditentry SET person_id = 7 WHERE id = %s", entry.pk)
    assert wrong(sealed) == [f"audit.entry:{entry.pk} was changed"]


def test_a_line_taken_away_is_found(sealed: World) -> None:
    entry = AuditEntry.objects.order_by("-id")[0]
    tamper("DELETE FROM audit_auditentry WHERE id = %s", entry.pk)
    assert wrong(sealed) == [f"audit.entry:{entry.pk} is gone"]


def test_what_came_to_its_end_after_three_years_is_not_missed(sealed: World) -> None:
    entry = AuditEntry.objects.order_by("-id")[0]
    tamper("DELETE FROM audit_auditentry WHERE id = %s", entry.pk)
    later = sealed.now + timedelta(days=4 * 366)
    assert services.check(now=later).wrong == []
    early = sealed.now + timedelta(days=3 * 365)
    assert services.check(now=early).wrong == [f"audit.entry:{entry.pk} is gone"]


def test_nobody_makes_an_entry_older_so_that_its_row_may_go(sealed: World) -> None:
    entry = AuditEntry.objects.order_by("-id")[0]
    tamper("DELETE FROM audit_auditentry WHERE id = %s", entry.pk)
    LogEntry.objects.filter(source="audit.entry", row_id=entry.pk).update(sealed_at=sealed.now - timedelta(days=2_000))
    assert any("another time than its head" in sentence for sentence in wrong(sealed))


# --- Nobody changes it by the way -----------------------------------------------------------------------------------
def test_the_platform_itself_cannot_change_a_line(sealed: World) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.update(person_id=7)
    assert wrong(sealed) == []


@pytest.mark.postgres
def test_nor_take_one_away(sealed: World) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.all()[0].delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert wrong(sealed) == []


def test_the_guard_stands_again_after_a_sweep(sealed: World) -> None:
    with db.unguarded(AuditEntry):
        AuditEntry.objects.update(person_id=7)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.update(person_id=8)


# --- Heads kept elsewhere -------------------------------------------------------------------------------------------
def empty() -> None:
    for model in (TreeHead, LogNode, LogEntry):
        model.objects.all().delete()


def test_an_emptied_log_is_noticed(sealed: World) -> None:
    tasks.keep_head_elsewhere(sealed.now)
    empty()
    tamper("DELETE FROM audit_auditentry")
    assert any("was shortened" in sentence for sentence in wrong(sealed))
    assert [found.grade for found in health.log_is_whole(sealed.now)] == [Grade.BAD]


def test_a_log_made_anew_over_changed_rows_is_noticed(sealed: World) -> None:
    """Every row, node and head agrees with the others, and is signed: only the head elsewhere tells."""
    tasks.keep_head_elsewhere(sealed.now)
    empty()
    tamper("UPDATE audit_auditentry SET person_id = 7")
    while services.seal(now=sealed.now):
        pass
    assert all("another root" in sentence for sentence in wrong(sealed))
    assert [found.grade for found in health.log_is_whole(sealed.now)] == [Grade.BAD]


def test_a_log_that_grew_continues_the_heads_kept(sealed: World) -> None:
    tasks.keep_head_elsewhere(sealed.now)
    tasks.keep_head_elsewhere(sealed.now)
    assert len(heads.kept()) == 1, "the same head is one line"
    audit.record(SYSTEM, "access.ended", ("grant", 9), now=sealed.now)
    services.seal(now=sealed.now)
    tasks.keep_head_elsewhere(sealed.now)
    assert len(heads.kept()) == 2
    assert heads.differing() == []
    assert [found.grade for found in health.log_is_whole(sealed.now)] == [Grade.GOOD]


def test_a_head_on_paper_is_checked_by_the_command(sealed: World, capsys: Any) -> None:
    head = selectors.newest_head()
    assert head is not None
    paper = f"{head.size}:{bytes(head.root).hex()}"
    call_command("verify_ledger", "--head", paper)
    with pytest.raises(SystemExit):
        call_command("verify_ledger", "--head", f"{head.size}:{'0' * 64}")
    with pytest.raises(SystemExit):
        call_command("verify_ledger", "--head", f"{head.size + 1}:{bytes(head.root).hex()}")
    for nonsense in ("1", "a:b", "0:" + "0" * 64, f"{head.size}:00"):
        with pytest.raises(CommandError):
            call_command("verify_ledger", "--head", nonsense)


def test_a_line_cut_off_in_the_file_is_left_out(sealed: World) -> None:
    tasks.keep_head_elsewhere(sealed.now)
    with heads.file().open("a") as lines:
        lines.write("2026-09-15T02:00:00+00:00 12")
    assert len(heads.kept()) == 1
