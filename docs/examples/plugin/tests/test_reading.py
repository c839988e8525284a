"""The example plugs in: everything it declares is there, and an error of its own undoes nothing."""

import logging

import pytest
from django_tasks_db.models import DBTaskResult
from zhijia_reading import handlers, services
from zhijia_reading.rules import LOAN

from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.kernel.registry import registry
from zhijia.organization.members.models import Membership

pytestmark = pytest.mark.django_db


def test_it_is_declared():
    assert "reading" in {scenario.code for scenario in registry.scenarios}
    assert registry.permissions["reading:loan:lend"].label == "办理图书借阅"
    assert registry.workflow("reading.loan") is LOAN
    assert "reading:room" in {entry.url_name for entry in registry.member_entries()}


def test_who_holds_its_permission_finds_it_in_the_menu_and_may_open_it(world, client, sign_in):
    librarian, other = world.staff_person("GRASS_ADMIN", "plant"), world.staff_person("STATS", "county")
    for person, status in ((librarian, 200), (other, 403)):
        sign_in(client, person, staff=True)
        assert client.get("/console/reading").status_code == status
        lines = [i.label for _, items in registry.menu(world.actor(person, staff=True)) for i in items]
        assert ("图书借阅" in lines) is (status == 200)


def test_its_workflow_runs_from_asking_to_the_return(world, client, sign_in):
    person, _ = world.member()
    librarian = world.staff("GRASS_ADMIN", "plant")
    services.ask(world.actor(person), "平凡的世界", unit_id=world["plant"].pk, now=world.now)
    row = cases.list_inbox(librarian, now=world.now, workflow=LOAN.code)[0]
    workflow.move(row.case, "lend", actor=librarian, now=world.now)
    workflow.move(row.case, "take_back", actor=librarian, now=world.now)
    assert row.case.state == "RETURNED"
    sign_in(client, person)
    assert "平凡的世界" in client.get("/m/reading").content.decode()


def _run_tasks():
    for task in DBTaskResult.objects.filter(task_path="zhijia.foundation.jobs.services.handle_event"):
        jobs.handle_event.func(*task.args_kwargs["args"], **task.args_kwargs["kwargs"])


def test_its_handler_runs_as_a_task_with_the_event(world, caplog):
    caplog.set_level(logging.INFO, "zhijia_reading")
    world.member()
    assert "may borrow" not in caplog.text
    _run_tasks()
    assert f"may borrow from {world.today.isoformat()}" in caplog.text


def test_a_faulty_handler_undoes_no_join(world, monkeypatch):
    def fail(event):
        raise ValueError("a fault of the plug-in")

    monkeypatch.setattr(handlers, "welcome", fail)
    person, _ = world.member()
    assert Membership.objects.filter(person=person, until=None).exists()
    with pytest.raises(ValueError, match="a fault of the plug-in"):
        _run_tasks()
    assert Membership.objects.filter(person=person, until=None).exists()
