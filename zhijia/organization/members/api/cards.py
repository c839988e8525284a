"""The member himself: who he is here, his card and its dynamic code."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone
from pydantic import Field

from zhijia.kernel import codes
from zhijia.kernel.api import Done, Out, Routes, Who
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.access import actors
from zhijia.organization.members import selectors
from zhijia.organization.members.services import cards
from zhijia.organization.people import selectors as people

routes = Routes("card", "我的信息", who=Who.MEMBER, surface="member")
STEP_SECONDS = int(codes.STEP.total_seconds())


class MembershipOut(Out):
    number: str
    union: str
    union_id: str
    state: str
    since: date


class MeOut(Out):
    name: str = Field(description="没有实名则为空")
    id_masked: str
    mobile_masked: str
    real_name_level: int
    pending: bool
    elder: bool
    roles: int = Field(description="工作角色的个数")
    membership: MembershipOut | None


class CodeOut(Out):
    payload: str = Field(description="会员码内容，核验用 GET /verify/{payload}")
    url: str = Field(description="画成二维码的地址")
    seconds: int = Field(description="多少秒后须换新码")


def _membership(request: Request) -> MembershipOut | None:
    card = selectors.my_card(request.actor)
    if card is None:
        return None
    return MembershipOut(
        number=card.number, union=card.union_name, union_id=card.union_public_id, state=card.state_label,
        since=card.since,
    )  # fmt: skip


@routes.read("/me", MeOut)
def me(request: Request) -> MeOut:
    """我的实名和会籍；号码已遮盖。"""
    actor = request.actor
    person = people.get_facts(actor.person_id) if actor.person_id is not None else None
    return MeOut(
        name=person.name if person else "",
        id_masked=person.id_masked if person else "",
        mobile_masked=person.mobile_masked if person else "",
        real_name_level=person.real_name_level if person else 0,
        pending=person.verify_pending if person else False,
        elder=bool(getattr(request.user, "elder", False)),
        roles=len(actors.roles_held(actor, timezone.localdate(request.now))),
        membership=_membership(request),
    )


@routes.read("/me/card", MembershipOut)
def card(request: Request) -> MembershipOut:
    """我的会员卡。"""
    found = _membership(request)
    if found is None:
        raise NotFound("card.none", "您还没有会员卡，加入工会后即可使用。")
    return found


@routes.read("/me/card/code", CodeOut)
def code(request: Request) -> CodeOut:
    """动态会员码，每分钟签发一次，前后各一分钟内有效。"""
    mine = selectors.my_card(request.actor)
    if mine is None:
        raise NotFound("card.none", "您还没有会员卡，加入工会后即可使用。")
    payload = codes.sign_member_code(
        mine.serial, flags=0, province=settings.ZHIJIA_PROVINCE, signer=settings.ZHIJIA_KEYS.signer, now=request.now
    )
    left = STEP_SECONDS - int(request.now.timestamp()) % STEP_SECONDS
    return CodeOut(payload=payload, url=f"{settings.ZHIJIA_PUBLIC_URL}/v/{payload}", seconds=left)


@routes.write("/me/card/replace", Done)
def replace(request: Request) -> Done:
    """换发会员卡：手机丢失或会员码被拍。旧卡立即停用。"""
    if selectors.my_card(request.actor) is None:
        raise NotFound("card.none", "您还没有会员卡，加入工会后即可使用。")
    cards.replace(request.actor.require_person(), actor=request.actor, now=request.now)
    return Done()
