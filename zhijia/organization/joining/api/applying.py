"""From a union's code to the application, and what the applicant does with it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from pydantic import Field

from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.api import CaseId
from zhijia.kernel.api import Done, In, Number, Out, PublicId, Routes, Text, UnionCode, UnionCodeField, Who
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.joining import selectors
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.cases import open_dispute
from zhijia.organization.joining.services import applications
from zhijia.organization.members import rules, selectors as members
from zhijia.organization.people import services as people_services
from zhijia.organization.people.selectors import ID_NUMBER
from zhijia.organization.unions import selectors as unions

public = Routes("join", "入会", who=Who.ANYONE, surface="member")
own = Routes("applications", "入会", who=Who.MEMBER, surface="member")

WorkForm = Annotated[Text, Field(max_length=16, examples=["employed"])]
NewFormGroup = Annotated[Text, Field(max_length=24, examples=["FOOD_RIDER"])]


class ChoiceOut(Out):
    code: str
    label: str


class JoinPlace(Out):
    id: str
    code: str
    name: str
    place: str
    is_home: bool = Field(description="网上会员之家")
    upper: str
    notice: str
    work_forms: list[ChoiceOut]
    new_form_groups: list[ChoiceOut]


class IdentityIn(In):
    name: Text = Field(min_length=1, max_length=30)
    id_type: Text = Field("RESIDENT_ID", max_length=20)
    id_number: Number = Field(min_length=1, max_length=20)
    consent: Literal[True] = Field(description="单独同意处理证件号码")
    file_code: Text = Field(
        "", pattern="^([0-9]{6})?$", description="名册中留的是另一个手机号时，发到那个号码的验证码；其他情况留空"
    )


class FileCodeIn(In):
    name: Text = Field(min_length=1, max_length=30)
    id_type: Text = Field("RESIDENT_ID", max_length=20)
    id_number: Text = Field(min_length=1, max_length=20)


class FileCodeOut(Out):
    wait_seconds: int = Field(description="多少秒后可以再次获取")


class IdentityOut(Out):
    real_name_level: int
    pending: bool = Field(description="等待核验机构答复")
    bound: bool = Field(description="在名册中找到并已绑定会员身份")
    member: bool


class AnswerIn(In):
    work_form: WorkForm
    employer_text: Text = Field("", max_length=120)
    employer_credit_code: Number = Field("", max_length=24)
    new_form_group: NewFormGroup = ""
    occupation: Text = Field("", max_length=40)
    rural_hukou: bool = False
    fallback_by: Literal["", "workplace", "residence"] = Field("", description="加入网上会员之家的理由")
    wishes_union: bool = Field(False, description="所在单位没有工会，希望建立工会；只计数，不告诉单位")


class AnswerToUnionIn(AnswerIn):
    note: Text = Field("", max_length=200, description="对工会所问的文字答复，写进办理经过")


class ApplicationIn(AnswerIn):
    union_code: UnionCodeField
    willing: Literal[True] = Field(description="自愿入会，遵守《中国工会章程》，不是企业的投资人或主要经营者")


class SubmittedOut(Out):
    id: str = Field(description="事项编号；已是会员则为空")
    already: str = Field(description="已在哪个工会；没有则为空")


class ApplicationOut(Out):
    id: str
    state: str
    label: str
    union: str
    work_form: str
    employer_text: str
    new_form_group: str
    submitted_at: datetime
    may_appeal_until: datetime | None


class JoinNoteIn(In):
    note: Text = Field(min_length=5, max_length=200)


class DisputeIn(In):
    union_code: UnionCodeField
    name: Text = Field(min_length=1, max_length=30)
    id_type: Text = Field("RESIDENT_ID", max_length=20)
    id_number: Number = Field(min_length=1, max_length=20)


def _form(said: AnswerIn) -> JoinForm:
    return JoinForm(
        work_form=said.work_form,
        employer_text=said.employer_text,
        employer_credit_code=said.employer_credit_code,
        new_form_group=said.new_form_group,
        occupation=said.occupation,
        rural_hukou=said.rural_hukou,
        fallback_by=said.fallback_by,
        wishes_union=said.wishes_union,
    )


@public.read("/join/{code}", JoinPlace, gone=True)
def place(request: Request, code: UnionCode) -> JoinPlace:
    """要加入的工会和可选的就业方式。工会不接收会员时说明原因和去处。"""
    union = unions.get_by_code(code)
    unions.require_takes_members(union)
    upper = unions.get_facts(union.parent_id).name if union.parent_id else ""
    return JoinPlace(
        id=union.public_id,
        code=union.code,
        name=union.name,
        place=regions.full_name(union.region),
        is_home=union.is_home,
        upper=upper,
        notice=union.notice,
        work_forms=[ChoiceOut(code=key, label=label) for key, label in rules.WORK_FORMS.items()],
        new_form_groups=[ChoiceOut(code=key, label=label) for key, label in rules.NEW_FORM_GROUPS.items()],
    )


@own.write("/me/identity", IdentityOut, once=False)
def identify(request: Request, said: IdentityIn) -> IdentityOut:
    """实名核验：姓名和证件号码。名册中已有的会员同时绑定；名册手机号不同的须另交验证码。失败次数有限。"""
    today = timezone.localdate(request.now)
    checked = people_services.read_identity(said.name, said.id_type, said.id_number, today=today)
    rules.check_age(checked.born_on, today)
    people_services.give_consents(request.actor, [ID_NUMBER], channel="api", now=request.now)
    done = people_services.identify(
        request.actor,
        checked,
        mobile=accounts.verified_mobile(request),
        channel="api",
        file_code=said.file_code,
        now=request.now,
    )
    member = members.open_stay(done.person.id) is not None
    return IdentityOut(
        real_name_level=done.person.real_name_level, pending=done.pending, bound=done.bound, member=member
    )


@own.write("/me/identity/code", FileCodeOut, once=False)
def file_code(request: Request, said: FileCodeIn) -> FileCodeOut:
    """实名核验答复 real_name.other_mobile 之后，向名册中的手机号发送验证码。"""
    checked = people_services.read_identity(
        said.name, said.id_type, said.id_number, today=timezone.localdate(request.now)
    )
    mobile = accounts.verified_mobile(request)
    wait = people_services.send_file_code(request.actor, checked, mobile=mobile, now=request.now)
    return FileCodeOut(wait_seconds=wait)


@own.write("/me/disputes", CaseId)
def dispute(request: Request, said: DisputeIn) -> CaseId:
    """证件号码已绑定在别的账号上，或名册中的手机号已不用，请县级工会核实。"""
    today = timezone.localdate(request.now)
    checked = people_services.read_identity(said.name, said.id_type, said.id_number, today=today)
    union = unions.get_by_code(said.union_code)
    mobile = accounts.verified_mobile(request)
    case = open_dispute(request.actor, checked, mobile=mobile, fallback_union_id=union.id, now=request.now)
    return CaseId(id=case)


_APPLICATION_LINKS: dict[str, Any] = {
    "application": {"operationId": "applications_application", "parameters": {"pid": "$response.body#/id"}},
    "withdraw": {"operationId": "applications_withdraw", "parameters": {"pid": "$response.body#/id"}},
    "case": {"operationId": "cases_my_case", "parameters": {"pid": "$response.body#/id"}},
}


@own.write("/me/applications", SubmittedOut, links=_APPLICATION_LINKS)
def apply(request: Request, said: ApplicationIn) -> SubmittedOut:
    """提交入会申请。已是会员的不出错，得到现在的工会。"""
    union = unions.get_by_code(said.union_code)
    request.actor.require_person()
    result = applications.submit(request.actor, union.id, _form(said), channel="api", now=request.now)
    return SubmittedOut(
        id=result.case.public_id if result.case else "", already=result.already.name if result.already else ""
    )


@own.read("/me/applications/{pid}", ApplicationOut)
def application(request: Request, pid: PublicId) -> ApplicationOut:
    """我的一件入会申请。经过见 /me/cases/{pid}。"""
    case = cases.get_my_case(request.actor, pid)
    found = selectors.own_application(case)
    if found is None:
        raise NotFound
    return ApplicationOut(
        id=case.public_id,
        state=case.state,
        label=cases.describe(case, own=True)["label"],
        union=unions.get_facts(case.unit_id).name,
        work_form=found.work_form,
        employer_text=found.employer_text,
        new_form_group=found.new_form_group,
        submitted_at=found.submitted_at,
        may_appeal_until=selectors.may_appeal(case, now=request.now),
    )


@own.write("/me/applications/{pid}/withdraw", Done)
def withdraw(request: Request, pid: PublicId) -> Done:
    """撤回申请。"""
    applications.withdraw(request.actor, pid, now=request.now)
    return Done()


@own.write("/me/applications/{pid}/appeal", Done)
def appeal(request: Request, pid: PublicId, said: JoinNoteIn) -> Done:
    """向上级工会申诉，一次。"""
    applications.appeal(request.actor, pid, note=said.note, now=request.now)
    return Done()


@own.write("/me/applications/{pid}/answer", Done)
def answer(request: Request, pid: PublicId, said: AnswerToUnionIn) -> Done:
    """补充工会要求的内容。"""
    applications.answer(request.actor, pid, _form(said), note=said.note, now=request.now)
    return Done()
