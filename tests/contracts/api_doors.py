"""The routes of the API by name, and something real behind each that takes a public id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.callers import send
from tests.world import World
from zhijia.config.api import API
from zhijia.foundation.jobs import services as jobs
from zhijia.kernel.api import Route, route_of
from zhijia.organization.rosters.models import RosterConflict, RosterLoad
from zhijia.organization.rosters.services import loading as rosters
from zhijia.organization.rosters.tests.files import csv_file, id_number


@dataclass(frozen=True)
class Door:
    route: Route
    method: str
    path: str

    @property
    def name(self) -> str:
        return self.route.name

    def address(self, **values: str) -> str:
        usual = {"pid": "0" * 16, "code": "0" * 16, "payload": "x", "purpose": "privacy"}
        return self.path.format(**{**usual, **values})


def doors() -> list[Door]:
    return [
        Door(route_of(operation.view_func), operation.methods[0], path)
        for bound in API._get_bound_routers()
        for path, view in bound.path_operations.items()
        for operation in view.operations
    ]


ALL = doors()
BY_NAME = {door.name: door for door in ALL}


def call(client: Client, door: Door, said: Any = None, **values: str) -> Any:
    address = door.address(**values)
    if door.route.takes_file:
        return client.post("/api/v1" + address, {"file": said or paper()})
    return client.get("/api/v1" + address) if door.method == "GET" else send(client, address, said or {})


def paper(name: str = "证明.pdf", content: bytes = b"%PDF-1.7\n" + b"x" * 200) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def is_error(answer: Any) -> bool:
    return set(answer.json()) == {"code", "message", "fields"} and answer.json()["message"].endswith("。")


# --- Something real ---
SAID: dict[str, Any] = {
    "joining_approve": {},
    "joining_reject": {"reason": "NOT_EMPLOYEE"},
    "joining_ask": {"note": "请补充单位全称"},
    "members_numbers": {"reason": "核对退休手续"},
    "moving_desk_offer_claims": {"ids": ["0" * 16]},
    "duplicates_ask_undo": {"note": "实为同名的两个人"},
    "duplicates_decide_undo": {"agree": True},
}
APPLICATION = ("joining_application", "joining_approve", "joining_reject", "joining_ask", "joining_match_employer")
MEMBER = ("members_member", "members_numbers")
CLAIMING = ("moving_desk_claimable", "moving_desk_offer_claims")
LOAD = (
    "rosters_load", "rosters_fault_list", "rosters_columns", "rosters_check_load", "rosters_write_load",
    "rosters_drop_load",
)  # fmt: skip
EXPORTING = ("exports_masked",)
ROSTER = LOAD
FIGURES = ("figures_figures", "figures_below", "figures_months", "figures_figures_on", "figures_pivot")
UNION = ("unions_union", "unions_children", *FIGURES)
STATS_MAY = set(UNION)
NOT_FOR_SYSTEMS = {"members_numbers", *CLAIMING, *ROSTER, *EXPORTING}
OF_THE_UNION = {*CLAIMING}
"""Rights of the grassroots union's own people, not of the county's."""
IN_STEPS = {
    "duplicates_correct", "desk_files_read_content", "rosters_refused",
    "rosters_take_load", "rosters_choose_sheet",
}  # fmt: skip
"""What takes a file, or is for who made it alone: test_api_steps.py and test_api_files.py walk them."""


def real(world: World, name: str) -> str:
    """The public id of something real in the small province's county."""
    if name in APPLICATION:
        return world.application(name="王一")[1]
    if name in MEMBER:
        return world.member(name="李二")[0].public_id
    if name in CLAIMING:
        return world["plant"].public_id
    if name in UNION:
        return world["town"].public_id
    if name in LOAD:
        return checked_file(world, ["林晓禾", "3702", ""]).public_id
    return _real_of_two_persons(world, name)


def _real_of_two_persons(world: World, name: str) -> str:
    if name in EXPORTING:
        return world["plant"].public_id
    raise LookupError(name)


def checked_file(world: World, *rows: list[str]) -> RosterLoad:
    """A county's file, checked, not yet written: these rows (the plant's where they name no union) and a good one."""
    actor = world.staff("ORG", "county", "吴科长")
    whole = [[*row, world["plant"].code][:4] for row in (*rows, ["韩七", id_number(9), ""])]
    file = csv_file(whole, ("姓名", "证件号码", "单位名称", "工会编码"))
    load = rosters.take_file(actor, world.facts("county"), file, "名册.csv", now=world.now)
    rosters.set_mapping(actor, load, load.mapping, now=world.now)
    load.refresh_from_db()
    jobs.run_slice(load.job, clock=lambda: world.now)
    load.refresh_from_db()
    return load


def refused_row(world: World) -> str:
    """A row with a wrong number that waits as a case."""
    load = checked_file(world, ["林晓禾", id_number(7)[:-1] + "A", ""])
    actor = world.staff("ORG", "county", "吴科长")
    jobs.run_slice(rosters.start_writing(actor, load, now=world.now), clock=lambda: world.now)
    return RosterConflict.objects.get().case.public_id


def said_for(world: World, name: str) -> Any:
    if name == "joining_match_employer":
        return {"employer": world.employer.public_id}
    return SAID.get(name, {})


WITH_PID = [
    *APPLICATION, *MEMBER, *UNION, *CLAIMING, *ROSTER, *EXPORTING,
]  # fmt: skip
