"""Which database a page reads: the replica, unless somebody could miss what he has just done."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from zhijia.config.middleware import WROTE, RequestFrame
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.idempotency.models import Answer
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.regions.models import Region
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel import db, replica
from zhijia.organization.unions.models import Serial, Union

ROUTER = replica.ReplicaRouter()


@pytest.fixture
def configured(monkeypatch):
    monkeypatch.setitem(connections.databases, "replica", dict(connections.databases["default"]))


def test_without_a_replica_nothing_changes():
    assert ROUTER.db_for_read(Union) is None
    with replica.reading(primary=False):
        assert ROUTER.db_for_read(Union) is None


def test_a_page_reads_the_replica_and_everything_else_the_primary(configured):
    assert ROUTER.db_for_read(Union) == "default", "jobs, clock, commands"
    with replica.reading(primary=False):
        assert ROUTER.db_for_read(Union) == "replica"
    assert ROUTER.db_for_read(Union) == "default"


@pytest.mark.parametrize("model", [InboxEntry, Session, Account, Answer, Job])
def test_inbox_sign_in_idempotency_and_jobs_read_the_primary(configured, model):
    with replica.reading(primary=False):
        assert ROUTER.db_for_read(model) == "default"
        assert ROUTER.db_for_read(Case) == "replica"


@pytest.mark.django_db
def test_inside_a_transaction_reads_follow_the_primary(configured, monkeypatch):
    with replica.reading(primary=False):
        monkeypatch.setattr(connections["default"], "in_atomic_block", False)
        assert ROUTER.db_for_read(Union) == "replica"
        monkeypatch.undo()
        with transaction.atomic():
            assert connections["default"].in_atomic_block


@pytest.mark.parametrize(
    "write",
    [
        lambda: Region.objects.filter(code="x").update(name="y"),
        lambda: db.insert_row(Serial, name="replica-test", next=1),
        lambda: db.change_rows(Serial, {"name": "nothing"}, {"next": 2}),
        lambda: Serial(name="replica-test-2", next=1).save(),
        lambda: Serial.objects.filter(name="x").delete(),
    ],
    ids=["update", "insert_row", "change_rows", "save", "delete"],
)
@pytest.mark.django_db
def test_after_any_kind_of_write_the_rest_of_the_request_reads_the_primary(monkeypatch, write):
    with replica.reading(primary=False):
        assert not replica.has_written()
        write()
        assert replica.has_written()
        monkeypatch.setitem(connections.databases, "replica", {})
        monkeypatch.setattr(connections["default"], "in_atomic_block", False)
        assert ROUTER.db_for_read(Union) == "default"
        monkeypatch.undo()
    with replica.reading(primary=False):
        assert not replica.has_written(), "the next request starts anew"


def _ask(view: Any, cookie: str = "") -> tuple[Any, list[str | None]]:
    """A request through the frame; what its view would read from."""
    seen: list[str | None] = []

    def inner(request: Any) -> HttpResponse:
        seen.append(ROUTER.db_for_read(Union))
        view()
        seen.append(ROUTER.db_for_read(Union))
        return HttpResponse("ok")

    request = RequestFactory().get("/", **({"HTTP_COOKIE": f"{WROTE}={cookie}"} if cookie else {}))
    request.resolver_match = None
    return RequestFrame(inner)(request), seen


def test_a_browser_that_wrote_reads_the_primary_for_five_seconds(configured, monkeypatch):
    response, seen = _ask(replica.note_write)
    assert seen == ["replica", "default"]
    said = response.cookies[WROTE]
    assert said["max-age"] == 5
    assert said["httponly"]
    _, seen = _ask(lambda: None, said.value)
    assert seen == ["default", "default"]
    later = time.time() + 6
    monkeypatch.setattr("zhijia.config.middleware.time.time", lambda: later)
    response, seen = _ask(lambda: None, said.value)
    assert seen == ["replica", "replica"]
    assert WROTE not in response.cookies


@pytest.mark.parametrize("cookie", ["x", "-1", "²", "9" * 40, "1e9"])
def test_a_made_up_cookie_breaks_nothing(configured, cookie):
    response, _ = _ask(lambda: None, cookie)
    assert response.status_code == 200


def test_a_replica_is_never_migrated():
    assert ROUTER.allow_migrate("replica", "unions") is False
    assert ROUTER.allow_migrate("default", "unions") is None
