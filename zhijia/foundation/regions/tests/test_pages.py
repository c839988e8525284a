"""The operator's page of divisions: who sees it, what it takes in, what nonsense answers."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.regions import selectors
from zhijia.foundation.regions.models import RegionChange
from zhijia.organization.access.models import RoleGrant

from .test_changes import HEAD
from .test_finding import NASTY

PAGE = reverse("regions:index")


@pytest.fixture
def as_role(
    world: World, client: Client, sign_in: Callable[..., str], clock: Callable[..., None]
) -> Callable[[str, str], Client]:
    def enter(role: str, union: str) -> Client:
        actor = world.staff(role, union)
        sign_in(client, RoleGrant.objects.select_related("person").get(person_id=actor.person_id).person, staff=True)
        return client

    return enter


def upload(client: Client, text: str) -> tuple[int, str]:
    """Status, and the page or where it leads."""
    file = io.BytesIO(text.encode())
    file.name = "变更.csv"
    answer = client.post(PAGE, {"file": file})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def test_the_operator_goes_down_searches_and_carries_out_changes(
    world: World, as_role: Callable[[str, str], Client]
) -> None:
    client = as_role("OPERATOR", "province")
    assert "烟台市" in client.get(PAGE, {"region": "370000000000"}).content.decode()
    assert "沐浴店镇" in client.get(PAGE, {"q": "沐浴"}).content.decode()
    status, address = upload(client, HEAD + "370682101000,沐浴街道,,,rename,,2026-07-01\n")
    assert status == 302
    job = Job.objects.get(kind="regions.change")
    assert address == reverse("jobs:job", args=[job.public_id])
    jobs.run_slice(job.public_id, clock=lambda: world.now)
    assert selectors.name_of("370682101000") == "沐浴街道"
    assert "已办" in client.get(address).content.decode()


def test_an_unreadable_list_is_told_cell_by_cell(world: World, as_role: Callable[[str, str], Client]) -> None:
    client = as_role("OPERATOR", "province")
    status, page = upload(client, HEAD + "x,沐浴街道,,,rename,,2026-07-01\n370682101000,,,,改名,,七月\n")
    assert status == 422
    for words in ("第 2 行“代码”", "第 3 行“变更”", "第 3 行“生效日期”"):
        assert words in page
    assert client.post(PAGE, {}).status_code == 422
    assert not RegionChange.objects.exists()


def test_nobody_else_sees_or_changes_divisions(
    world: World, client: Client, as_role: Callable[[str, str], Client]
) -> None:
    assert client.get(PAGE).status_code in {302, 401}
    other = as_role("ORG", "province")
    assert other.get(PAGE).status_code == 403
    assert upload(other, HEAD + "370682101000,沐浴街道,,,rename,,2026-07-01\n")[0] == 403
    assert not RegionChange.objects.exists()


@pytest.mark.parametrize("value", NASTY)
def test_nonsense_never_breaks_the_page(world: World, as_role: Callable[[str, str], Client], value: str) -> None:
    client = as_role("OPERATOR", "province")
    for name in ("q", "region"):
        assert client.get(PAGE, {name: value}).status_code in {200, 400, 404}
    for text in (value, HEAD + value, HEAD + ",".join([value.replace(",", "")] * 7)):
        assert upload(client, text)[0] in {302, 422}
