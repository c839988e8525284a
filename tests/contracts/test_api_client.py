"""The example client against a live server: both kinds of caller, lost answers, limits."""

from __future__ import annotations

import importlib.util
import io
import re
import sys
import urllib.error
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.utils import timezone

from tests.callers import register
from tests.world import World, build
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.organization.members.models import Membership
from zhijia.organization.people import selectors as people
from zhijia.organization.unions.models import Union

FILE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "api_client" / "zhijia_client.py"


@pytest.fixture(scope="module")
def client_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("zhijia_client", FILE)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["zhijia_client"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def living(transactional_db: None) -> World:
    """The small province as it is now: the server reads the real clock."""
    return build(timezone.now())


def test_it_signs_the_worked_example_as_the_server_does(client_module: ModuleType) -> None:
    """docs/rules/api.md#signing"""
    signature = client_module.sign(
        "a-secret-of-forty-three-characters-in-full-x",
        "POST",
        "/api/v1/applications/7h2k9v0c4m1xq8tz/approve",
        at="1789437600",
        nonce="0123456789abcdef",
        body=b'{"version": 1}',
    )
    assert signature == "e27955f5035e144b5608cc082e5433a2331ac979a031f22dc1c098bc084342b1"


def test_another_system_reads_decides_and_pages(client_module: ModuleType, living: World, live_server: Any) -> None:
    known = register(living)
    system = client_module.SystemClient(live_server.url, client_id=known.client_id, secret=known.secret)
    for name in ("林晓禾", "林一", "林二"):
        living.member(name=name)
    _, case = living.application(name="王一")
    assert len(list(system.pages("/members", q="林", limit=2))) == 3
    (waiting,) = system.get("/applications")["items"]
    assert (waiting["id"], waiting["name"]) == (case, "王*")
    assert system.post(f"/applications/{case}/approve", {}, key="once-and-only") == {"done": True}
    assert system.post(f"/applications/{case}/approve", {}, key="once-and-only") == {"done": True}
    assert Membership.objects.filter(until__isnull=True).count() == 4
    county = Union.objects.get(pk=living["county"].pk)
    assert system.get(f"/figures/{county.public_id}")["members"] == 4
    with pytest.raises(client_module.ApiError) as refused:
        system.get(f"/members/{'0' * 16}")
    assert (refused.value.status, refused.value.code) == (404, "request.not_found")


def test_a_member_signs_in_and_joins(client_module: ModuleType, living: World, live_server: Any, texts: Any) -> None:
    member = client_module.MemberClient(live_server.url)
    assert member.send_code("13800138000") == 60
    code = re.search(r"验证码 (\d{6})", texts()[0][1])[1]
    member.sign_in("13800138000", code)
    assert member.get("/me")["real_name_level"] == 0
    said = {"name": "林晓禾", "id_type": "RESIDENT_ID", "id_number": "370299199003070010", "consent": True}
    assert member.post("/me/identity", said)["real_name_level"] == 3
    place = member.get(f"/join/{living['plant'].code}")
    assert place["name"] == living["plant"].name
    application = {
        "union_code": place["code"],
        "work_form": "employed",
        "employer_text": "莱阳市鲁东精密机械有限公司",
        "willing": True,
    }
    case = member.post("/me/applications", application)["id"]
    assert member.get(f"/me/cases/{case}")["label"] == "等待工会审核"
    assert member.post(f"/me/applications/{case}/withdraw") == {"done": True}
    member.sign_out()
    with pytest.raises(client_module.ApiError) as refused:
        member.get("/me")
    assert refused.value.status == 401


def test_a_member_proves_a_request_and_fetches_his_copy(
    client_module: ModuleType, living: World, live_server: Any, texts: Any
) -> None:
    person, _ = living.member(name="林晓禾")
    mobile = people.mobile_for_message(person.pk)
    member = client_module.MemberClient(live_server.url)
    member.send_code(mobile)
    member.sign_in(mobile, re.search(r"验证码 (\d{6})", texts()[0][1])[1])
    paper = member.upload("/me/files", "退休证.pdf", b"%PDF-1.7\n" + b"x" * 200)
    said = {"kind": "retain", "reason": "retired", "papers": [paper["id"]]}
    case = member.post("/me/changes", said)["id"]
    assert member.get(f"/me/changes/{case}")["papers"][0]["name"] == "退休证.pdf"
    request = member.post("/me/data/requests", {"kind": "copy"})["id"]
    jobs.run_slice(Job.objects.get(kind="people.copy").public_id)
    found = member.get(f"/me/data/requests/{request}")
    assert member.fetch(f"/me/files/{found['file']}").startswith(b"PK")
    with pytest.raises(client_module.ApiError) as refused:
        member.upload("/me/files", "图.exe", b"MZ\x90\x00" * 99)
    assert (refused.value.status, refused.value.code) == (422, "file.type")


class _Flaky:
    """Answers of a bad day, then those of the real opener."""

    def __init__(self, opener: Any, troubles: list[Any]) -> None:
        self.opener, self.troubles, self.keys = opener, troubles, []

    def open(self, request: Any, timeout: float) -> Any:
        self.keys.append(request.headers["Idempotency-key"])
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble == "lost":  # the server did it, the answer got lost
            self.opener.open(request, timeout=timeout).read()
            raise ConnectionResetError
        if isinstance(trouble, int):
            headers = Message()
            headers["Retry-After"] = "7"
            raise urllib.error.HTTPError(request.full_url, trouble, "busy", headers, io.BytesIO(b"<html>"))
        return self.opener.open(request, timeout=timeout)


def test_a_lost_answer_is_asked_again_and_done_once(client_module: ModuleType, living: World, live_server: Any) -> None:
    known, waits = register(living), []
    _, case = living.application(name="王一")
    system = client_module.SystemClient(
        live_server.url, client_id=known.client_id, secret=known.secret, wait=waits.append
    )
    system.opener = _Flaky(system.opener, ["lost", 429, 503])
    assert system.post(f"/applications/{case}/approve", {}) == {"done": True}
    assert len(set(system.opener.keys)) == 1
    assert len(system.opener.keys) == 4
    assert waits == [2.0, 7.0, 7.0]
    assert Membership.objects.filter(until__isnull=True).count() == 1
    system.opener = _Flaky(system.opener.opener, [503] * 4)
    with pytest.raises(client_module.ApiError) as refused:
        system.post(f"/applications/{case}/approve", {})
    assert (refused.value.status, refused.value.code) == (503, "client.no_json")
