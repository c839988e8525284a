"""The log: sealed in order, proved to strangers, and any changed byte is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.parallel import together
from zhijia.foundation.ledger import rules, selectors, services, sources, tasks
from zhijia.foundation.ledger.models import LogCheck, LogEntry, LogNode, SourceState, TreeHead
from zhijia.foundation.workflow.models import CaseHistory
from zhijia.kernel import merkle
from zhijia.kernel.crypto import sm3
from zhijia.kernel.errors import NotFound
from zhijia.organization.members.models import MembershipEvent

pytestmark = pytest.mark.django_db

EVENTS = "members.event"


@pytest.fixture(autouse=True)
def _without_the_trail(monkeypatch, settings, tmp_path):
    """These count the rows of events and histories; the trail is sealed beside them (audit/tests/test_sealed.py)."""
    kept = {name: source for name, source in sources._sources.items() if name != "audit.entry"}
    monkeypatch.setattr(sources, "_sources", kept)
    settings.VAR_DIR = tmp_path


@pytest.fixture
def sealed(world, now):
    """Five members and one application, sealed in three heads."""
    for number in range(5):
        world.member(name=f"林晓{'禾苗秀芳丽'[number]}")
        if number % 2:
            services.seal(now=now)
    world.application(name="王一")
    services.seal(now=now)
    return world


def change(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert cursor.rowcount == 1


def test_every_row_is_sealed_once_and_in_order(sealed, now):
    assert LogEntry.objects.count() == MembershipEvent.objects.count() + CaseHistory.objects.count() == 6
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == list(range(6))
    assert services.seal(now=now) == 0
    assert list(TreeHead.objects.order_by("size").values_list("size", flat=True)) == [2, 4, 6]
    assert services.check(now=now).wrong == []


def test_a_batch_takes_no_more_than_its_limit_and_the_next_goes_on(world, now):
    for number in range(5):
        world.member(name=f"林晓{'禾苗秀芳丽'[number]}")
    assert [services.seal(now=now, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert services.check(now=now).state == "ok"


def test_a_head_is_signed_and_proofs_convince_who_trusts_it_alone(sealed):
    head = selectors.newest_head()
    verifier = settings.ZHIJIA_KEYS.verifier
    assert verifier.verify(head.key_id, rules.head_text(head.size, bytes(head.root), head.at), bytes(head.signature))
    assert not verifier.verify(head.key_id, rules.head_text(5, bytes(head.root), head.at), bytes(head.signature))
    for event in MembershipEvent.objects.all():
        proof = selectors.prove_row(EVENTS, event.pk)
        leaf = rules.leaf_of(proof.salt, EVENTS, event.pk, event.digest)
        assert leaf == proof.leaf
        given = {"proof": proof.path, "root": bytes(head.root), "hashed": sm3}
        assert merkle.verify_inclusion(leaf, proof.index, proof.size, **given)
        assert not merkle.verify_inclusion(
            rules.leaf_of(proof.salt, EVENTS, event.pk, "0" * 32), proof.index, proof.size, **given
        )


@pytest.mark.parametrize(("first", "second"), [(2, 4), (2, 6), (4, 6), (6, 6)])
def test_a_later_head_continues_an_earlier_one(sealed, first, second):
    proof = selectors.prove_consistency(first, second)
    assert merkle.verify_consistency(
        first, second, first_root=proof.first_root, second_root=proof.second_root, proof=proof.path, hashed=sm3
    )


def test_what_is_not_sealed_has_no_proof(sealed):
    for source, row, size in ((EVENTS, 10**9, None), ("unknown", 1, None), (EVENTS, 1, 3)):
        with pytest.raises(NotFound):
            selectors.prove_row(source, row, size=size)
    with pytest.raises(NotFound):
        selectors.prove_consistency(6, 2)


COLUMNS = {
    "person_id": "999",
    "membership_id": "999",
    "union_id": "999",
    "other_union_id": "1",
    "kind": "'expelled'",
    '"on"': "'2020-01-01'",
    "at": "'2020-01-01 00:00:00+00:00'",
    "case_id": "1",
    "person_by": "1",
    "reason": "'x'",
    "before": '\'{"state": "X"}\'',
    "after": '\'{"state": "RETAINED"}\'',
    "digest": "'00000000000000000000000000000000'",
}


def test_the_table_of_columns_is_whole():
    own = {field.column for field in MembershipEvent._meta.concrete_fields}
    assert {name.strip('"') for name in COLUMNS} == own - {"id"}


@pytest.mark.parametrize("column", sorted(COLUMNS))
def test_a_change_of_any_column_of_a_sealed_event_is_found(sealed, now, column):
    victim = MembershipEvent.objects.order_by("pk")[2].pk
    change(f"UPDATE members_membershipevent SET {column} = {COLUMNS[column]} WHERE id = %s", victim)
    assert services.check(now=now).wrong == [f"{EVENTS}:{victim} was changed"]


def test_a_change_that_also_mends_the_rows_own_digest_is_found(sealed, now):
    from zhijia.organization.members.services import memberships

    victim = MembershipEvent.objects.order_by("pk")[1]
    victim.reason = "tampered"
    victim.digest = memberships.digests_of_events([victim])[0].actual
    victim.save()
    assert services.check(now=now).wrong == [f"{EVENTS}:{victim.pk} was changed"]


def test_a_change_between_writing_and_sealing_is_found(world, now):
    world.member()
    change("UPDATE members_membershipevent SET reason = 'x'")
    services.seal(now=now)
    assert services.check(now=now).state == "wrong"


def test_a_deleted_row_is_found(sealed, now):
    victim = MembershipEvent.objects.order_by("pk")[0].pk
    change("DELETE FROM members_membershipevent WHERE id = %s", victim)
    assert services.check(now=now).wrong == [f"{EVENTS}:{victim} is gone"]


def test_a_changed_line_of_a_cases_history_is_found(sealed, now):
    change("UPDATE workflow_casehistory SET note = 'x'")
    assert "workflow.history" in services.check(now=now).wrong[0]


@pytest.mark.parametrize("at", [(0, 0), (0, 5), (1, 0), (1, 2), (2, 0)])
def test_a_changed_node_is_found(sealed, now, at):
    LogNode.objects.filter(level=at[0], position=at[1]).update(digest=b"\x00" * 32)
    assert f"node {at[0]}/{at[1]} was changed" in services.check(now=now).wrong


def test_an_entry_rewritten_with_its_row_is_found_by_the_tree(sealed, now):
    """Who changes the row, its digest and the entry's leaf still has the nodes and the signed heads against him."""
    entry = LogEntry.objects.get(index=3)
    LogEntry.objects.filter(pk=entry.pk).update(leaf=sm3(b"another"))
    wrong = services.check(now=now).wrong
    assert any("was changed" in line and line.startswith("node 0/3") for line in wrong)
    assert any("another root" in line for line in wrong)


def test_a_head_nobody_signed_is_found(sealed, now):
    TreeHead.objects.filter(size=4).update(at=now - timedelta(days=1))
    assert services.check(now=now).wrong == ["the head of 4 entries has a wrong signature"]


def test_a_missing_entry_is_found(sealed, now):
    LogEntry.objects.filter(index=2).delete()
    assert "missing" in services.check(now=now).wrong[0]


def test_a_row_slipped_in_behind_the_sequencer_is_found(sealed, now):
    later = now + services.SETTLES_AFTER + timedelta(minutes=1)
    services.seal(now=later)
    newest = MembershipEvent.objects.order_by("-pk").first()
    assert SourceState.objects.get(name=EVENTS).settled_id == newest.pk
    values = {f.attname: getattr(newest, f.attname) for f in MembershipEvent._meta.concrete_fields}
    MembershipEvent.objects.create(**{**values, "id": 0})
    assert services.seal(now=later) == 0
    assert services.check(now=later).wrong == [f"{EVENTS}:0 was never sealed"]


def test_a_row_that_commits_late_with_a_lower_number_is_still_sealed(world, now):
    world.member(name="林晓禾")
    MembershipEvent.objects.update(id=10**6)
    first = MembershipEvent.objects.get()
    services.seal(now=now)
    values = {f.attname: getattr(first, f.attname) for f in MembershipEvent._meta.concrete_fields}
    MembershipEvent.objects.create(**{**values, "id": first.pk - 1})
    assert services.seal(now=now) == 1
    assert services.check(now=now).state == "ok"


def test_a_night_looks_at_a_part_and_the_next_goes_on(sealed, now, monkeypatch):
    monkeypatch.setattr(tasks, "A_NIGHT", 4)
    for _ in range(3):
        tasks.check_ledger(now)
    parts = list(LogCheck.objects.order_by("id").values_list("begin", "end"))
    assert parts == [(0, 4), (4, 6), (0, 4)]
    assert set(LogCheck.objects.values_list("state", flat=True)) == {"ok"}


def test_the_alarm_is_a_line_and_a_row(sealed, now, caplog):
    change("UPDATE members_membershipevent SET reason = 'x' WHERE id = %s", MembershipEvent.objects.first().pk)
    tasks.check_ledger(now)
    assert "the ledger does not agree" in caplog.text
    assert LogCheck.objects.get().state == "wrong"


def test_nothing_personal_stands_in_the_log(world, now):
    person, _ = world.member(name="林晓禾")
    services.seal(now=now)
    number = world.number_of(person)
    stored = b"".join(
        bytes(value)
        for entry in LogEntry.objects.all()
        for value in (entry.salt, entry.leaf, entry.source.encode(), str(entry.row_id).encode())
    )
    assert person.name.encode() not in stored
    assert number.encode() not in stored


def test_a_leaf_tells_nothing_once_its_salt_is_erased(sealed, now):
    """The same row under another salt is another leaf: without the salt a guess can't be tried."""
    event = MembershipEvent.objects.first()
    leaves = {rules.leaf_of(bytes([n]) * 16, EVENTS, event.pk, event.digest) for n in range(50)}
    assert len(leaves) == 50
    salts = {bytes(salt) for salt in LogEntry.objects.values_list("salt", flat=True)}
    assert len(salts) == LogEntry.objects.count()


def test_the_command_says_whole_or_lists_what_is_not(sealed, capsys):
    call_command("verify_ledger")
    assert "存证完整：6" in capsys.readouterr().out
    victim = MembershipEvent.objects.first().pk
    change("UPDATE members_membershipevent SET reason = 'x' WHERE id = %s", victim)
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_ledger")
    assert stopped.value.code == 1
    assert f"{EVENTS}:{victim} was changed" in capsys.readouterr().err


def test_an_empty_log_is_whole(db, now):
    assert services.check(now=now).state == "ok"
    assert selectors.newest_head() is None


def test_a_source_has_one_name_for_ever():
    with pytest.raises(ValueError, match="twice"):
        sources.register(EVENTS, CaseHistory, sources.digests_of_content)
    assert {source.name for source in sources.registered()} >= {EVENTS, "workflow.history"}


@pytest.mark.django_db(transaction=True)
def test_two_sequencers_at_once_leave_no_gap_and_seal_nothing_twice(world, now):
    for number in range(40):
        world.member(
            name=f"林{'禾苗秀芳丽'[number % 5]}", born=timezone.localdate(now).replace(year=1970 + number % 20)
        )
    out = together([lambda: services.seal(now=now, limit=7) for _ in range(8)])
    assert out.errors == []
    assert sum(out.values) == 40
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == list(range(40))
    assert LogEntry.objects.values("source", "row_id").distinct().count() == 40
    assert services.check(now=now).state == "ok"


@pytest.mark.parametrize(("entries", "nodes", "joined"), [(6, 10, 2), (7, 11, 3), (8, 15, 1)])
def test_so_many_subtrees_are_stored(entries, nodes, joined):
    edge, grown = merkle.extend(merkle.EMPTY, [bytes([n]) * 32 for n in range(entries)], sm3)
    assert (len(grown), len(edge.digests)) == (nodes, joined)
