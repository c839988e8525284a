"""Cases in every state, made by the services themselves at times in the past."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from zhijia.foundation.accounts import selectors as accounts
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.services import factors
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.workflow import clock
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.ids import new_public_id
from zhijia.organization.access import actors, services as access
from zhijia.organization.access.cases import GRANTS, RESETS
from zhijia.organization.access.cases.grants import revoke_grant
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.access.roles import Role
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.cases import DISPUTES, open_dispute
from zhijia.organization.joining.services import applications
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import Person

from .boards import play_boards, play_foundings, play_registrations
from .desks import play_desks
from .files import play_files
from .listed import play_blacklist
from .moves import play_changes, play_claims, play_duplicates, play_founding, play_transfers
from .reorganized import play_reorganized
from .rights import play_rights
from .staff import PASSWORD, UNUSABLE, person_of
from .stage import Stage
from .trail import play_trail


def play_joins(stage: Stage) -> None:
    """Applications of every state at the guide's plant and online home; those at a home whose township has no cadre
    wait for the county and are late.
    """
    admin, worker = stage.holder(Role.GRASS_ADMIN, "plant"), stage.holder(Role.TOWN_WORKER, "town")
    for days in (0, 0, 1, 1, 2, 3, 4):
        stage.submit("plant", at=stage.workdays_ago(days))
    for days in (0, 1, 1, 2, 4):
        stage.submit("home", at=stage.workdays_ago(days))
    stage.submit("plant", at=stage.workdays_ago(1), form=JoinForm("employed", employer_text="鲁东精密（莱阳分厂）"))
    _, asked = stage.submit("plant", at=stage.workdays_ago(3))
    applications.ask(admin, asked, note="请把单位名称改成营业执照上的全称。", now=stage.workdays_ago(2))
    for days in (8, 9):
        stage.submit("plant", at=stage.workdays_ago(days))
    for days in (7, 8, 8, 9):
        stage.submit("unstaffed", at=stage.workdays_ago(days))
    clock.fire_due(now=stage.workdays_ago(1))
    person, refused = stage.submit("home", at=stage.workdays_ago(5))
    applications.reject(
        worker, refused, reason="WRONG_UNION", note="您所在单位已有工会，请加入单位工会。", now=stage.workdays_ago(4)
    )
    person, appealed = stage.submit("plant", at=stage.workdays_ago(5))
    applications.reject(admin, appealed, reason="NOT_EMPLOYEE", note="", now=stage.workdays_ago(4))
    applications.appeal(
        stage.actor(person), appealed, note="我有劳动合同，可以带到工会核对。", now=stage.workdays_ago(2)
    )
    person, withdrawn = stage.submit("plant", at=stage.workdays_ago(3))
    applications.withdraw(stage.actor(person), withdrawn, now=stage.workdays_ago(2))
    for days in (3, 4, 6):
        _, good = stage.submit("plant", at=stage.workdays_ago(days))
        applications.approve(admin, good, now=stage.workdays_ago(days - 2))
    waiting = stage.applicant(level=2, sequence=997)
    Person.objects.filter(pk=waiting.pk).update(verify_pending=True)
    stage.submit("home", at=stage.workdays_ago(1), person=waiting)


def play_rosters(stage: Stage) -> None:
    """Roster members who have never signed in: the guide gives one of them to try being bound."""
    for index in range(6):
        name = ("林晓禾", "王𬭎", "欧阳静", "古丽·阿依", "刘洋", "张敏")[index]
        mobile = f"1390000000{index + 1}"
        person = person_of(stage.inventor, name, mobile, now=stage.now, bound=False)
        stage.take_in(person, "plant", at=stage.workdays_ago(40))
        if index == 0:
            full = people.read_numbers(SYSTEM, person.pk, reason="系统核对登记信息", now=stage.now)
            stage.named["roster"] = f"{name} {full.id_number}（名册中的手机 {mobile}）"


def play_disputes(stage: Stage) -> None:
    """Somebody says an ID that another account holds is his: open, upheld, dismissed."""
    desk = stage.holder(Role.ORG, "county")
    for outcome in ("open", "uphold", "dismiss"):
        owner = stage.applicant()
        stage.take_in(owner, "plant", at=stage.workdays_ago(60))
        number = people.read_numbers(SYSTEM, owner.pk, reason="系统核对登记信息", now=stage.now).id_number
        identity = people_services.Identity(owner.name, "RESIDENT_ID", number, None, owner.sex)
        mobile = stage.inventor.mobile()
        stranger = actors.actor_of(_bare_account(stage, mobile), today=stage.today, staff=False, address="127.0.0.1")
        case = open_dispute(
            stranger, identity, mobile=mobile, fallback_union_id=stage.unions["plant"].pk, now=stage.workdays_ago(3)
        )
        if outcome != "open":
            act(DISPUTES, desk, case, outcome, {"note": "已电话核对本人信息。"}, now=stage.workdays_ago(1))


def _bare_account(stage: Stage, mobile: str) -> int:
    account = Account.objects.create(
        public_id=new_public_id(stage.inventor.bytes),
        number_digest=people.mobile_digest(mobile),
        created_at=stage.now,
        password=UNUSABLE,
    )
    return int(account.pk)


def play_grants(stage: Stage) -> None:
    """Roles asked for, in force, refused, taken back and ended."""
    asker, checker = stage.holder(Role.SECURITY_ADMIN, "province"), stage.holder(Role.SECURITY_ADMIN, "province", nth=1)
    today = stage.today
    for outcome in ("asked", "asked", "approve", "refuse", "revoke", "end", "withdraw"):
        person = stage.applicant()
        case = open_case(
            GRANTS,
            asker,
            {
                "person": person.public_id,
                "role": Role.TOWN_WORKER,
                "union": stage.unions["town"].public_id,
                "since": today,
                "until": today + timedelta(days=365),
                "reason": "乡镇工会新到岗人员",
            },
            now=stage.now,
        )
        if outcome in ("approve", "revoke", "end"):
            act(GRANTS, checker, case, "agree", now=stage.now)
        if outcome == "end":
            access.end_person_grants(person.pk, union_id=None, reason="岗位已结束", now=stage.now)
        if outcome == "withdraw":
            act(GRANTS, asker, case, "withdraw", now=stage.now)
        if outcome == "refuse":
            act(GRANTS, checker, case, "refuse", {"note": "岗位还没有批复，请先报批。"}, now=stage.now)
        if outcome == "revoke":
            revoke_grant(asker, RoleGrant.objects.get(case__public_id=case).pk, note="已调离岗位。", now=stage.now)


def play_resets(stage: Stage) -> None:
    """A colleague lost his phone: his ways in asked to be cleared, cleared, refused, taken back."""
    asker, checker = stage.holder(Role.SECURITY_ADMIN, "province"), stage.holder(Role.SECURITY_ADMIN, "province", nth=1)
    for outcome in ("asked", "approve", "refuse", "withdraw"):
        person = stage.applicant()
        grant = open_case(
            GRANTS,
            asker,
            {
                "person": person.public_id,
                "role": Role.TOWN_WORKER,
                "union": stage.unions["town"].public_id,
                "since": stage.today,
                "until": stage.today + timedelta(days=365),
                "reason": "乡镇工会新到岗人员",
            },
            now=stage.now,
        )
        act(GRANTS, checker, grant, "agree", now=stage.now)
        factors.set_password(SYSTEM, accounts.get_account(person.account_id or 0), PASSWORD, now=stage.now)
        case = open_case(
            RESETS, asker, {"person": person.public_id, "reason": "手机丢失，已当面核对证件。"}, now=stage.now
        )
        if outcome == "approve":
            act(RESETS, checker, case, "agree", now=stage.now)
        if outcome == "refuse":
            act(RESETS, checker, case, "refuse", {"note": "还没有联系到本人，请核实后再申请。"}, now=stage.now)
        if outcome == "withdraw":
            act(RESETS, asker, case, "withdraw", now=stage.now)


ACTS: Sequence[Callable[[Stage], None]] = (
    play_rosters,
    play_joins,
    play_disputes,
    play_grants,
    play_resets,
    play_desks,
    play_transfers,
    play_changes,
    play_claims,
    play_founding,
    play_foundings,
    play_boards,
    play_registrations,
    play_duplicates,
    play_files,
    play_rights,
    play_blacklist,
    play_reorganized,
    play_trail,
)


def play(stage: Stage, acts: Sequence[Callable[[Stage], None]] = ACTS) -> None:
    """A service's refusal here is a fault of the demonstration and stops it."""
    for play_one in acts:
        try:
            play_one(stage)
        except ZhijiaError as error:
            raise RuntimeError(f"{play_one.__name__}: {error.code} {error.message}") from error
