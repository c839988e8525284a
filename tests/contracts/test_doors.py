"""Every address, walked by a visitor, a member, a cadre elsewhere, a cadre without the right, and by nonsense.

The API answers for itself (test_api.py). Anything that takes a public id must be named in `THINGS`, with something real
of the small province behind it: a new page can't be forgotten here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.kernel.doors import is_public, needs_step_up
from zhijia.organization.documents.cases import BATCHES, batches
from zhijia.organization.people.tests import asking

pytestmark = pytest.mark.django_db

NONSENSE = (
    "0",
    "-1",
    "00000000000000000000",
    "9" * 40,
    "9223372036854775808",
    "%00",
    "a" * 300,
    "' OR 1=1 --",
    "<script>",
    "../../etc",
    "𬭎",
    "null",
    "370682101000",
    "0" * 16,
    "z" * 16,
    "%F0%9F%98%80",
    "%FF%FE",
    "1e309",
    "NaN",
    "true",
    "[]",
    "{}",
)
POSTED = ("%00", "9" * 40, "z" * 16)
"""Of these, what is posted too: reading the address is the same."""
QUERIES = (
    "q=%00&next=//evil.example&page=99999999999999999999",
    "q=" + "龘" * 500 + "&limit=-1&next=javascript:alert(1)",
    "after=~&region=99&lng=NaN&lat=inf",
    "after=a~99999999999999999999999&lng=1e400&lat=-1",
    "after=%00~1&id=9223372036854775808",
    "before=9999-99-99&unit=" + "0" * 16,
    "before=%00&state=%00&kind=%00&due=x",
    "before=0001-01-01T00:00:00%2B00:00",
    "unit=%F0%9F%98%80",
)


PARTS = 4
"""The dear walks share one province each among a quarter of the addresses."""


@dataclass(frozen=True)
class Door:
    """One address as declared: `/console/joining/<pid:pid>`, its name and view."""

    route: str
    name: str
    view: Callable[..., Any]
    arguments: tuple[str, ...]
    usual: dict[str, str]

    def address(self, **values: str) -> str:
        path = self.route
        for argument in self.arguments:
            start = path.index("<")
            end = path.index(">")
            path = path[:start] + values.get(argument, self.usual.get(argument, "0" * 16)) + path[end + 1 :]
        return "/" + path


def doors() -> list[Door]:
    def walk(patterns: list[Any], before: str, space: str) -> Iterator[Door]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, before + str(pattern.pattern), inner)
            elif isinstance(pattern, URLPattern):
                route, converters = before + str(pattern.pattern), pattern.pattern.converters
                forms = {name: each.regex.partition("|") for name, each in converters.items()}
                usual = {name: first for name, (first, more, _) in forms.items() if more and first.isalpha()}
                arguments = tuple(converters)
                yield Door(route, space + (pattern.name or ""), pattern.callback, arguments, usual)

    found = walk(get_resolver().url_patterns, "", "")
    return [door for door in found if not door.route.startswith("ui/gallery") and not door.name.startswith("api:")]


ALL = doors()
CONSOLE = [door for door in ALL if door.route.startswith("console/")]


def ids(door: Door) -> str:
    return door.name or door.route


@pytest.mark.parametrize("door", ALL, ids=ids)
def test_a_visitor_sees_only_what_is_marked_public(door: Door, client: Client) -> None:
    response = client.get(door.address(code="3706821010900017"))
    if is_public(door.view):
        assert response.status_code in (200, 302, 400, 404, 405, 410, 422, 429, 403), response.status_code
        return
    assert response.status_code == 302
    assert "sign-in" in response["Location"]


@pytest.mark.parametrize("door", [door for door in CONSOLE if needs_step_up(door.view)], ids=ids)
def test_a_member_without_the_step_up_is_led_to_the_second_door(
    door: Door, world: World, client: Client, sign_in: Any
) -> None:
    sign_in(client, world.person())
    response = client.get(door.address())
    assert response.status_code == 302
    assert response["Location"].startswith("/console/sign-in")


@pytest.mark.parametrize("part", range(PARTS))
def test_nonsense_in_an_address_gets_a_sentence_and_never_a_500(
    part: int, world: World, client: Client, sign_in: Any
) -> None:
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    for door in [door for door in ALL if door.arguments][part::PARTS]:
        for text in NONSENSE:
            address = door.address(**dict.fromkeys(door.arguments, text))
            for send in (client.get, client.post) if text in POSTED else (client.get,):
                response = send(address)
                assert response.status_code < 500, (address, response.status_code)


@pytest.mark.parametrize("part", range(PARTS))
def test_nonsense_in_a_query_never_gives_a_500(part: int, world: World, client: Client, sign_in: Any) -> None:
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    for door in ALL[part::PARTS]:
        for query in QUERIES:
            response = client.get(f"{door.address()}?{query}")
            assert response.status_code < 500, (door.route, query, response.status_code)


# --- What belongs to somebody -----------------------------------------------------------------------------------------
def things(world: World) -> dict[str, dict[str, str]]:
    """URL name to the arguments of something real in the county of the small province."""
    _applicant, case = world.application(name="王一")
    member, _ = world.member(name="李二")
    union, own = {"pid": world["plant"].public_id}, {"pid": case}
    asked = asking.ask(world.actor(member), "explain", text="请说明处理依据。", now=world.now)
    maker, checker = world.staff("ORG", "county"), world.staff("ORG", "county", "李静")
    said = batches.Proposal("公安机关通报的一批伪造证件", typed=world.number_of(member))
    batch = batches.propose(maker, said, now=world.now)
    casework.act(BATCHES, checker, batch, "agree", now=world.now)
    return {
        "documents:numbers": {"pid": batch},
        "people:rights_case": {"pid": asked},
        "joining:review": own,
        "joining:match_employer": own,
        "joining:case": own,
        "joining:submitted": own,
        "joining:withdraw": own,
        "joining:appeal": own,
        "joining:answer": own,
        "members:file": {"pid": member.public_id},
        "members:numbers": {"pid": member.public_id},
        "unions:file": union,
    }


FOREIGN = {
    "joining:review", "members:file", "joining:case", "joining:submitted", "joining:withdraw",
    "joining:appeal", "joining:answer", "documents:numbers",
    "unions:file", "people:rights_case",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_a_cadre_elsewhere_gets_the_same_answer_for_a_real_and_a_made_up_id(
    name: str, world: World, client: Client, sign_in: Any
) -> None:
    real = things(world)[name]
    sign_in(client, world.staff_person("ORG", "other_county"), staff=True)
    door = next((door for door in ALL if door.name == name), None)
    assert door is not None, f"{name} is no address"
    answers = [client.get(door.address(**values)) for values in (real, dict.fromkeys(real, "0" * 16))]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [re.sub(r"[0-9A-F]{4}(-[0-9A-F]{4}){3}", "", answer.content.decode()) for answer in answers]
    cut = [body[body.index("<main") : body.index("</main>")] for body in bodies]
    assert cut[0] == cut[1]


@pytest.mark.parametrize(
    "name",
    [
        "joining:review", "members:file", "documents:numbers",
    ],
)  # fmt: skip
def test_in_scope_without_the_right_is_refused_and_leaves_a_trace(
    name: str, world: World, client: Client, sign_in: Any
) -> None:
    from zhijia.foundation.audit.models import AuditEntry

    real = things(world)[name]
    sign_in(client, world.staff_person("STATS", "county"), staff=True)
    door = next(door for door in ALL if door.name == name)
    assert client.get(door.address(**real)).status_code == 403
    assert AuditEntry.objects.filter(event="audit.denied").exists()
