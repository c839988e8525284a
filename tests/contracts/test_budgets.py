"""No page asks more with thirty rows than with three, and a join asks a counted number of times."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.notify import services as notify
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.documents.cases import BATCHES, batches
from zhijia.organization.joining import applying
from zhijia.organization.joining.services import applications
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.people.tests import asking
from zhijia.organization.rosters.services import loading as rosters
from zhijia.organization.unions import services as unions

pytestmark = pytest.mark.django_db

NAMES = "禾苗秀芳丽敏静艳娟霞"


@dataclass
class Stage:
    """One page and who looks at it; `fill` makes so many more rows of what it lists."""

    world: World
    person: Person
    kept: dict[str, Any]


def _applications(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.world.application(name=f"林{NAMES[number % 10]}")


def _members(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.world.member(("plant", "home")[number % 2], f"林{NAMES[number % 10]}")


def _unions(stage: Stage, count: int) -> None:
    done = stage.kept.setdefault("unions", 0)
    for number in range(done, done + count):
        unions.open_union(
            SYSTEM,
            name=f"沐浴店镇第{number}行业工会联合会",
            type="IND_FED",
            level=6,
            region="370682101000",
            parent=stage.world["town"],
            now=stage.world.now,
        )
    stage.kept["unions"] = done + count


def _grants(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.world.staff("GRASS_ADMIN", "plant", f"林{NAMES[number % 10]}")


def _jobs(stage: Stage, count: int) -> None:
    actor = stage.world.actor(stage.person, staff=True)
    for _ in range(count):
        jobs.enqueue("tests.count", {"size": 1}, actor=actor, now=stage.world.now, unit_id=stage.world["county"].pk)


def _own_cases(stage: Stage, count: int) -> None:
    actor = stage.world.actor(stage.person)
    form = applying.JoinForm(work_form="none")
    for _ in range(count):
        case = applications.submit(actor, stage.world["home"].pk, form, channel="web", now=stage.world.now).case
        assert case is not None
        applications.withdraw(actor, case.public_id, now=stage.world.now)


def _messages(stage: Stage, count: int) -> None:
    for _ in range(count):
        notify.send(
            "joining.asked",
            person_id=stage.person.pk,
            context={"union": "工会", "note": "请补充"},
            now=stage.world.now,
        )


def _devices(stage: Stage, count: int) -> None:
    from zhijia.foundation.accounts.services import devices
    from zhijia.kernel.ids import new_public_id

    for _ in range(count):
        devices.remember(
            stage.person.account, session_digest=new_public_id() * 2, instead_of="", device="安卓手机 Chrome",
            address="10.0.*.*", now=stage.world.now,
        )  # fmt: skip


def _loads(stage: Stage, count: int) -> None:
    """Files loaded, each with a refused row that waits as a case."""
    actor = stage.world.actor(stage.person, staff=True)
    done = stage.kept.setdefault("loads", 0)
    for number in range(done, done + count):
        text = f"姓名,身份证号,工会编码\n,37029919850402{number:03d}A,{stage.world['plant'].code}\n"
        unit = stage.world.facts("county")
        load = rosters.take_file(actor, unit, io.BytesIO(text.encode()), "名册.csv", now=stage.world.now)
        rosters.set_mapping(actor, load, load.mapping, now=stage.world.now)
        load.refresh_from_db()
        jobs.run_slice(load.job, clock=lambda: stage.world.now)
        load.refresh_from_db()
        jobs.run_slice(rosters.start_writing(actor, load, now=stage.world.now), clock=lambda: stage.world.now)
    stage.kept["loads"] = done + count


def _requests(stage: Stage, count: int) -> None:
    for number in range(count):
        person, _ = stage.world.member(name=f"林{NAMES[number % 10]}")
        asking.ask(stage.world.actor(person), "explain", text="请说明处理依据。", now=stage.world.now)


def _own_requests(stage: Stage, count: int) -> None:
    actor = stage.world.actor(stage.person)
    for _ in range(count):
        case = asking.ask(actor, "explain", text="请说明处理依据。", now=stage.world.now)
        asking.withdraw(actor, case, now=stage.world.now)


def _looks(stage: Stage, count: int) -> None:
    officer = stage.kept.setdefault("officer", stage.world.staff("ORG", "county", "李敏"))
    for _ in range(count):
        people.read_numbers(officer, stage.person.pk, reason="核对退休手续", now=stage.world.now)


def _batches(stage: Stage, count: int) -> None:
    """Batches whose documents somebody has applied with, and one with many."""
    officer = stage.world.actor(stage.person, staff=True)
    numbers = []
    for number in range(count):
        person, _ = stage.world.application(name=f"林{NAMES[number % 10]}")
        numbers.append(stage.world.number_of(person))
        _batch(stage, officer, numbers[-1:])
    stage.kept.setdefault("numbers", []).extend(numbers)
    stage.kept["batch"] = _batch(stage, officer, stage.kept["numbers"])


def _batch(stage: Stage, officer: Any, numbers: list[str]) -> str:
    said = batches.Proposal("公安机关通报的一批伪造证件", typed="\n".join(numbers))
    case = batches.propose(officer, said, now=stage.world.now)
    checker = stage.kept.setdefault("checker", stage.world.staff("ORG", "county", "李敏"))
    casework.act(BATCHES, checker, case, "agree", now=stage.world.now)
    return case


PAGES: dict[str, tuple[str, Callable[[Stage, int], None]]] = {
    "joining:queue": ("ORG", _applications),
    "rosters:loads": ("ORG", _loads),
    "members:roster": ("ORG", _members),
    "documents:numbers": ("ORG", _batches),
    "joining:review": ("ORG", _applications),
    "portal:desk": ("ORG", _applications),
    "unions:tree": ("ORG", _unions),
    "unions:branch": ("ORG", _unions),
    "unions:file": ("ORG", _unions),
    "statistics:drill": ("ORG", _unions),
    "statistics:comparison": ("ORG", _unions),
    "statistics:outliers": ("ORG", _unions),
    "statistics:ranking": ("ORG", _unions),
    "access:list": ("ORG", _grants),
    "jobs:list": ("ORG", _jobs),
    "portal:home": ("", _own_cases),
    "portal:cases": ("", _own_cases),
    "portal:messages": ("", _messages),
    "accounts:devices": ("", _devices),
    "people:rights": ("", _own_requests),
    "people:looks": ("", _looks),
}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_thirty_rows_cost_the_queries_of_three(
    name: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    role, fill = PAGES[name]
    if fill is _jobs:
        from zhijia.foundation.jobs.tests import kinds  # noqa: F401  declares tests.count

    person = world.staff_person(role, "county") if role else world.person()
    world.consent(person)
    stage = Stage(world, person, {})
    fill(stage, 3)
    arguments: dict[str, Any] = {}
    if name == "joining:review":
        arguments = {"pid": world.application(name="王一")[1]}
    if name in ("unions:branch", "unions:file"):
        arguments = {"pid": world["town"].public_id}
    sign_in(client, person, staff=bool(role))
    if name == "documents:numbers":
        arguments = {"pid": stage.kept["batch"]}
    address = reverse(name, kwargs=arguments)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return len(asked)

    count()  # what a process keeps (parameters, calendar) is read once
    with_three = count()
    fill(stage, 27)
    if name == "documents:numbers":
        address = reverse(name, kwargs={"pid": stage.kept["batch"]})
    with_thirty = count()
    assert with_thirty <= with_three


def test_a_join_asks_no_more_than_counted(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    """The budget of the bench `join`, transactions and savepoints included."""
    first, second = world.person(name="王一"), world.person(name="李二")
    chair = world.staff_person("GRASS_CHAIR", "plant")
    said = {"work_form": "employed", "employer_text": "莱阳市鲁东精密机械有限公司", "willing": "on"}
    counted = []
    for person in (first, second):
        world.consent(person)
        sign_in(client, person)
        with CaptureQueriesContext(connection) as submitting:
            answer = client.post(
                reverse("joining:confirm", args=[world["plant"].code]),
                {**said, "idempotency_key": f"key-{person.pk:08d}"},
            )
        submitted = len(submitting)  # before the next request empties the connection's list
        case = answer["Location"].split("/")[3]
        sign_in(client, chair, staff=True)
        address = reverse("joining:review", args=[case])
        client.get(address)
        with CaptureQueriesContext(connection) as approving:
            decided = client.post(
                address, {"decision": "approve", "version": 1, "idempotency_key": f"yes-{person.pk:08d}"}
            )
        assert decided.status_code == 302
        counted.append((submitted, len(approving)))
    submit, approve = counted[-1]
    most_submit, most_approve = 29, 36
    assert submit <= most_submit
    assert approve <= most_approve
    assert RoleGrant.objects.filter(until__gt=world.today + timedelta(days=1)).exists()
