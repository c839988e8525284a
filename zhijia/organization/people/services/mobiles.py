"""The number a person is reached by follows his account; without the old number he is identified anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.accounts.events import MobileChanged, NumberReleased
from zhijia.foundation.limits import services as limits
from zhijia.foundation.notify import services as notify
from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel import masks
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Invalid, NotSignedIn, RuleBroken
from zhijia.organization.people.models import Person, RealNameCheck
from zhijia.organization.people.sealing import Identity, mobile_columns
from zhijia.organization.people.services.identities import TOO_MANY, identify
from zhijia.organization.people.sources import Outcome


@transaction.atomic
def follow_account(event: MobileChanged) -> None:
    """The account has another number: the person's contact is the same one. Who was not told yet is told now."""
    person = Person.objects.filter(account_id=event.account_id).first()
    if person is None:
        return
    columns = mobile_columns(person.public_id, event.number)
    if person.mobile_digest and person.mobile_digest != columns["mobile_digest"] and not event.old_told:
        context = {"name": masks.mask_name_public(person.name)}
        notify.send("people.mobile_replaced", person_id=person.pk, context=context, now=event.at)
    change_rows(Person, {"id": person.pk}, columns)


@transaction.atomic
def follow_release(event: NumberReleased) -> None:
    """The number is somebody else's by now: it leaves the person's file, so that nothing is sent there any more."""
    person = Person.objects.filter(account_id=event.account_id).first()
    if person is None:
        return
    change_rows(Person, {"id": person.pk}, mobile_columns(person.public_id, ""))
    notify.send("people.number_released", person_id=person.pk, context={}, now=event.at)


def change_mobile_without_old(
    actor: Actor,
    identity: Identity,
    *,
    old_mobile: str,
    mobile: str,
    code: str,
    keep_session: str,
    now: datetime,
    source: Any = None,
) -> None:
    """Name and ID, matched again by the authority, stand in for the old number; a code proves the new one.

    `old_mobile` is the session's number. Raises NotSignedIn; RuleBroken `real_name.needed` where the account belongs to
    nobody at level 3, `real_name.try_later` while the authority is down; Invalid `real_name.mismatch`; TooMany
    `limit.real_name`; and as `accounts.change_mobile`. Source: docs/rules/accounts.md#changing-the-number
    """
    if actor.account_id is None:
        raise NotSignedIn
    person = Person.objects.filter(account_id=actor.account_id).first()
    if person is None or person.real_name_level < 3:
        raise RuleBroken(
            "real_name.needed", "您的账号还没有完成实名认证，不能用实名信息更换手机号。请用新手机号登录，再核验身份。"
        )
    _match_own(actor, person, identity, mobile=old_mobile, now=now, source=source)
    accounts.change_mobile_without_old(actor, mobile=mobile, code=code, keep_session=keep_session, now=now)


def _match_own(actor: Actor, person: Person, identity: Identity, *, mobile: str, now: datetime, source: Any) -> None:
    """Whether it is he, asked of the authority now; wrong tries count as for real name."""
    mismatch = "姓名或证件号码与您实名认证的信息不一致，请核对后重新填写。"
    most = int(parameters.value("people.real_name_failures", on=timezone.localdate(now)))
    key = f"account:{actor.account_id}"
    limits.require_free("real_name", key, most, now=now, message=TOO_MANY)
    try:
        identify(actor, identity, mobile=mobile, channel="web", now=now, source=source)
    except RuleBroken as error:
        if error.code != "real_name.other_person":
            raise
        limits.hit("real_name", key, most, timedelta(days=1), now=now, message=TOO_MANY)
        raise Invalid("real_name.mismatch", mismatch, fields={"id_number": mismatch}) from None
    asked = RealNameCheck.objects.filter(account_id=actor.account_id, id_digest=person.id_digest, at=now).order_by(
        "-id"
    )
    if asked.values_list("outcome", flat=True).first() != Outcome.MATCHED.value:
        raise RuleBroken("real_name.try_later", "实名核验服务暂时没有响应，手机号没有更换，请稍后再试或拨打服务热线。")
