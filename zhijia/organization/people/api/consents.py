"""Consents: the wordings for anybody, one's own for whoever has signed in; another number without the old one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.utils import timezone
from ninja import Query
from pydantic import Field

from zhijia.foundation.accounts import sessions
from zhijia.kernel.api import Done, In, Number, Out, Routes, Text, Who
from zhijia.kernel.http import Request
from zhijia.organization.people import selectors, services
from zhijia.organization.people.services import identities, mobiles

texts = Routes("consents", "同意书", who=Who.ANYONE)
own = Routes("people", "我的信息", who=Who.MEMBER, surface="member")

Purpose = Literal["privacy", "agreement", "id_number"]
DocumentType = Annotated[Text, Field(max_length=20, examples=["RESIDENT_ID"])]


class WordingOut(Out):
    purpose: str
    version: int
    title: str
    body: str
    valid_from: datetime


class ConsentOut(Out):
    purpose: str
    label: str
    version: int
    given_at: datetime
    withdrawn_at: datetime | None
    outdated: bool = Field(description="已有新版本，待您同意")
    effect: str = Field(description="撤回的后果")


class ConsentList(Out):
    items: list[ConsentOut]
    to_renew: list[str] = Field(description="须重新同意的")


class ConsentIn(In):
    purposes: list[Purpose] = Field(min_length=1, max_length=3)


class MobileWithoutOldIn(In):
    name: Text = Field(min_length=1, max_length=30)
    id_type: DocumentType = "RESIDENT_ID"
    id_number: Number = Field(min_length=1, max_length=20)
    mobile: Number = Field(max_length=24)
    code: Number = Field(pattern="^[0-9]{6}$")


@texts.read("/consents/{purpose}", WordingOut)
def wording(
    request: Request, purpose: Purpose, version: Annotated[int | None, Query(ge=1, le=10_000)] = None
) -> WordingOut:
    """同意书全文；不带版本的是现行的。"""
    text = selectors.get_text(purpose, version, now=request.now)
    return WordingOut(
        purpose=text.purpose, version=text.version, title=text.title, body=text.body, valid_from=text.valid_from
    )


@own.read("/me/consents", ConsentList)
def consents(request: Request) -> ConsentList:
    """我同意过和撤回过的。"""
    rows = selectors.list_given(request.actor, now=request.now)
    return ConsentList(
        items=[
            ConsentOut(
                purpose=row.purpose,
                label=row.label,
                version=row.version,
                given_at=row.given_at,
                withdrawn_at=row.withdrawn_at,
                outdated=row.outdated,
                effect=row.effect,
            )
            for row in rows
        ],
        to_renew=[text.purpose for text in selectors.texts_to_renew(request.actor.account_id, now=request.now)],
    )


@own.write("/me/consents", Done)
def agree(request: Request, said: ConsentIn) -> Done:
    """同意现行的同意书。"""
    services.give_consents(request.actor, said.purposes, channel="api", now=request.now)
    return Done()


@own.write("/me/consents/{purpose}/withdraw", Done)
def withdraw(request: Request, purpose: Purpose) -> Done:
    """撤回同意；会籍不受影响。没有可撤回的，done 为 false。"""
    return Done(done=bool(services.withdraw_consent(request.actor, purpose, now=request.now)))


@own.write("/me/mobile/without-old", Done, once=False)
def mobile_without_old(request: Request, said: MobileWithoutOldIn) -> Done:
    """原手机号收不到短信时，核验姓名和证件后更换。"""
    today = timezone.localdate(request.now)
    identity = identities.read_identity(said.name, said.id_type, said.id_number, today=today)
    mobiles.change_mobile_without_old(
        request.actor,
        identity,
        old_mobile=sessions.verified_mobile(request),
        mobile=said.mobile,
        code=said.code,
        keep_session=sessions.current_digest(request),
        now=request.now,
    )
    sessions.keep_number(request, sessions.signed_in_account(request), said.mobile)
    return Done()
