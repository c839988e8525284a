from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template import Context, Template
from django.test import RequestFactory

from tests.parallel import together
from zhijia.foundation.idempotency import services
from zhijia.foundation.idempotency.decorators import FIELD, once
from zhijia.foundation.idempotency.models import Answer
from zhijia.foundation.limits import services as limits
from zhijia.foundation.limits.models import Counter
from zhijia.kernel.actor import Actor, Grant, Kind
from zhijia.kernel.errors import Invalid, NotAllowed, RuleBroken, TooMany, WrongState

KEY = "7h2k9v0c4m1xq8tz"
ANNA = Actor(Kind.PERSON, account_id=1)
BAO = Actor(Kind.PERSON, account_id=2)


def post(now, actor: Actor = ANNA, **fields) -> HttpRequest:
    request = RequestFactory().post("/m/join", {"idempotency_key": KEY, "name": "王芳"} | fields)
    request.actor = actor
    request.now = now
    return request


def carried_out() -> int:
    """The command of these tests counts itself in a table, so that a rollback shows."""
    return Counter.objects.filter(name="command").values_list("hits", flat=True).first() or 0


@once
def command(request: HttpRequest) -> HttpResponse:
    limits.hit("command", "x", 100, timedelta(days=1), now=request.now)
    if request.POST.get("fail") == "form":
        return HttpResponse("请填写姓名。", status=422)
    if request.POST.get("fail") == "error":
        raise RuleBroken("join.closed", "这家工会暂停办理入会，请换一家。")
    response = HttpResponseRedirect(f"/m/case/{carried_out()}")
    response["HX-Redirect"] = "/m/case/1"
    return response


@pytest.mark.django_db
def test_a_double_tap_is_one_command_with_one_answer(now):
    first, second = command(post(now)), command(post(now + timedelta(seconds=1)))
    assert carried_out() == 1
    assert (first.status_code, first["Location"]) == (302, "/m/case/1")
    assert (second.status_code, second["Location"], second["HX-Redirect"]) == (302, "/m/case/1", "/m/case/1")


@pytest.mark.django_db
def test_the_same_key_with_another_content_is_refused(now):
    command(post(now))
    with pytest.raises(services.KeyReused) as refused:
        command(post(now, name="李强"))
    assert (refused.value.code, refused.value.status) == ("request.key_reused", 409)
    assert carried_out() == 1


@pytest.mark.django_db
def test_the_token_against_forgery_is_no_content(now):
    command(post(now, csrfmiddlewaretoken="a"))
    assert command(post(now, csrfmiddlewaretoken="b"))["Location"] == "/m/case/1"


@pytest.mark.django_db
def test_files_are_content(now):
    command(post(now, scan=SimpleUploadedFile("a.png", b"one")))
    assert command(post(now, scan=SimpleUploadedFile("a.png", b"one")))["Location"] == "/m/case/1"
    with pytest.raises(services.KeyReused):
        command(post(now, scan=SimpleUploadedFile("a.png", b"two")))


@pytest.mark.django_db
def test_another_person_may_happen_to_use_the_same_key(now):
    command(post(now))
    command(post(now, BAO))
    assert carried_out() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["form", "error"])
def test_a_failed_command_leaves_nothing_and_frees_its_key(now, how):
    request = post(now, fail=how)
    if how == "form":
        assert command(request).content.decode() == "请填写姓名。"
    else:
        with pytest.raises(RuleBroken):
            command(request)
    assert carried_out() == 0
    assert not Answer.objects.exists()
    assert command(post(now))["Location"] == "/m/case/1"


def closing(how: str):
    """A command that can be carried out once only, and says so in one of two ways."""

    @once
    def command(request: HttpRequest) -> HttpResponse:
        taken = carried_out() > 0
        limits.hit("command", "x", 100, timedelta(days=1), now=request.now)
        if taken and how == "error":
            raise RuleBroken("join.closed", "这件事项已经办过了，请刷新后查看。")
        return HttpResponse("请刷新后查看。", status=409) if taken else HttpResponse("办好了。")

    return command


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["form", "error"])
def test_a_repeat_that_a_rule_refuses_gets_the_first_answer(now, how):
    command = closing(how)
    assert [command(post(now)).content.decode() for _ in range(2)] == ["办好了。", "办好了。"]
    assert carried_out() == 1
    with pytest.raises(services.KeyReused):
        command(post(now, name="李强"))


@pytest.mark.django_db
def test_a_repeat_leaves_nothing_of_its_second_work(now):
    """It is carried out to its end, where its answer meets the first one's."""
    ran = []

    @once
    def command(request: HttpRequest) -> HttpResponse:
        ran.append(request)
        limits.hit("command", str(len(ran)), 100, timedelta(days=1), now=request.now)
        return HttpResponse(f"第 {len(ran)} 次")

    assert [command(post(now)).content.decode() for _ in range(2)] == ["第 1 次", "第 1 次"]
    assert len(ran) == 2
    assert list(Counter.objects.values_list("key", flat=True)) == ["1"]
    assert Answer.objects.count() == 1


@pytest.mark.django_db
def test_an_answer_that_streams_is_given_anew(now):
    @once
    def command(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse([b"1"])

    for _ in range(2):
        assert b"".join(command(post(now))) == b"1"


@pytest.mark.django_db
def test_without_a_key_every_post_is_its_own(now):
    for _ in range(2):
        command(post(now, idempotency_key=""))
    assert carried_out() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["short", "x" * 65, "with space in it", "工会工会工会工会", "12345678\n"])
def test_a_malformed_key_is_refused(now, key):
    with pytest.raises(Invalid):
        command(post(now, idempotency_key=key))


@pytest.mark.django_db
def test_the_header_serves_the_api(now):
    for name in ("一", "二"):
        request = RequestFactory().post(
            "/api/v1/x", f'{{"name": "{name}"}}', "application/json", headers={"Idempotency-Key": KEY}
        )
        request.actor, request.now = ANNA, now
        if name == "一":
            command(request)
        else:
            with pytest.raises(services.KeyReused):
                command(request)


@pytest.mark.django_db
def test_a_kept_page_is_sealed(now):
    @once
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("<p>王芳已入会</p>")

    page(post(now))
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM idempotency_answer")
        assert "王芳".encode() not in bytes(cursor.fetchone()[0])
    assert page(post(now)).content.decode() == "<p>王芳已入会</p>"


@pytest.mark.django_db
def test_answers_are_forgotten_after_two_days(now):
    command(post(now))
    assert services.delete_old(now=now + services.KEPT) == 0
    assert services.delete_old(now=now + services.KEPT + timedelta(seconds=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_taps_at_once_are_one_command(now):
    outcomes = together([lambda: command(post(now))] * 20)
    assert outcomes.errors == []
    assert {response["Location"] for response in outcomes.values} == {"/m/case/1"}
    assert carried_out() == 1


def test_an_answer_is_kept_in_a_transaction_only(now, transactional_db):
    with pytest.raises(RuntimeError):
        services.keep_answer("account:1", KEY, "d", rights="", status=200, headers={}, body="", now=now)


def test_the_key_of_a_form_is_one_that_is_taken(now, db):
    """The field comes from the looks, below us; both must agree on its name and shape."""
    template = Template("{% load ui %}{% idempotency_key %}")
    first, second = (template.render(Context()) for _ in range(2))
    assert first != second
    name, value = re.fullmatch(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', first).groups()
    assert name == FIELD
    assert command(post(now, idempotency_key=value))["Location"] == "/m/case/1"
    assert command(post(now, idempotency_key=value))["Location"] == "/m/case/1"


# --- Rights that have changed ---------------------------------------------------------------------------------------
def cadre(*roles: str, staff: bool = True) -> Actor:
    grants = tuple(Grant(7, "0001", role, frozenset({f"members:{role}:view"})) for role in roles)
    return Actor(Kind.PERSON, account_id=1, grants=grants, staff=staff)


@once
def rows(request: HttpRequest) -> HttpResponse:
    """Names members to who may see them; a repeat is refused by a rule."""
    if not request.actor.living_grants:
        raise NotAllowed
    limits.hit("rows", "x", 1, timedelta(days=1), now=request.now)
    return HttpResponse("林晓禾 370299199003070010")


@pytest.mark.django_db
def test_who_still_holds_his_role_gets_the_first_answer_again(now):
    rows(post(now, cadre("ORG")))
    assert "林晓禾" in rows(post(now, cadre("ORG"))).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("left", [(), ("STATS",)], ids=["no role", "another role"])
def test_an_answer_does_not_outlive_the_role_it_was_given_to(now, left):
    rows(post(now, cadre("ORG")))
    with pytest.raises((NotAllowed, TooMany)):
        rows(post(now, cadre(*left)))


@pytest.mark.django_db
def test_an_answer_is_not_given_again_before_the_step_up(now):
    rows(post(now, cadre("ORG")))
    with pytest.raises(NotAllowed):
        rows(post(now, cadre("ORG", staff=False)))


@pytest.mark.django_db(transaction=True)
def test_a_repeat_by_other_rights_that_no_rule_refuses_is_undone_and_told(now):
    command(post(now, cadre("ORG")))
    with pytest.raises(WrongState) as caught:
        command(post(now, cadre("STATS")))
    assert caught.value.code == "request.rights_changed"
    assert carried_out() == 1


@pytest.mark.django_db
def test_ones_own_affairs_do_not_hang_on_a_role(now):
    command(post(now))
    assert command(post(now, cadre("ORG"))).status_code == 302


# --- What the database tells who reads it ---------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_kept_digest_cannot_be_guessed_without_the_key(now):
    from hashlib import sha256

    from zhijia.kernel.crypto import sm3

    command(post(now))
    kept = Answer.objects.get().digest
    content = (b"POST /m/join", repr(("name", ["王芳"])).encode())
    assert kept not in {sha256(b"".join(content)).hexdigest(), sm3(*content).hex(), sm3(*content).hex()[:32]}
