"""A system is registered by one person, agreed to by another, stopped at once. Source: docs/rules/api.md#registering"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.casework.fields import Choices, Count, Day, Words
from zhijia.foundation.casework.kinds import Goes, Step, Wordings, checked_kind
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Column, Empty, Number
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_rows
from zhijia.kernel.errors import Invalid
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.registry import registry

from . import presenting, rules, selectors
from .models import Client, ClientScope
from .permissions import Permission

NAME = Words("name", "系统名称", least=2, most=60, sample="莱阳市政务服务平台")
CONTACT = Words(
    "contact", "对方单位和联系方式", "如：莱阳市大数据局 0535-12345678", least=4, most=80, sample="莱阳市大数据局"
)
REASON = Words("reason", "对接依据和用途", "4 到 200 个字", least=4, rows=2, sample="一件事一次办")
RIGHTS = Choices("permissions", "能办什么", choices=selectors.grantable_labels, sample=["unions:union:view"])
UNITS = Words(
    "units", "在哪些工会", "16 位工会编码，一行一个；包括其全部下级", most=1_000, rows=2, kept=False,
    sample="3700000000000000",
)  # fmt: skip
PER_MINUTE = Count("per_minute", "每分钟最多调用次数", least=1, most=rules.MOST_PER_MINUTE, unit="次", sample=60)
VALID_FROM = Day("valid_from", "开始日期", sample=date(2027, 1, 1))
VALID_UNTIL = Day("valid_until", "结束日期", "从这一天起不能再调用，最长三年", sample=date(2028, 1, 1))
NOTE = Words("note", "原因", "4 到 200 个字", least=4, rows=2, sample="对方更换服务器，暂停调用。")


def to_the_registrars_unit(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """Under his highest unit. Raises NotAllowed, Invalid `client.form`, `client.unit` for a code that is unknown or
    outside the registrar's scope.
    """
    own = selectors.unit_to_register(actor)
    rules.check_period(given["valid_from"], given["valid_until"], today=timezone.localdate(now))
    for code in _codes(given):
        unit = registry.units.find(code)
        if unit is None or not actor.may(Permission.REGISTER, registry.units.path(unit)):
            raise _wrong_units(f"没有找到编码为 {code[:20]} 的工会，或它不在您的管理范围内，请核对。")
    if len(_codes(given)) > rules.MOST_UNITS:
        raise _wrong_units(f"请填写 1 到 {rules.MOST_UNITS} 个工会编码。")
    client_id = new_public_id()
    fills = {"public_id": client_id, "unit_id": own, "in_force": False, "created_at": now}
    return Goes(own, note=f"客户端编号 {client_id}，{given['contact']}", fills=fills)


def _codes(given: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(given["units"].split()))


def _wrong_units(text: str) -> Invalid:
    return Invalid("client.unit", text, fields={"units": text})


def shows_more(case: Case, client: Client, actor: Actor, now: datetime) -> dict[str, Any]:
    """What it may and where, its secrets, and whether the reader issues them."""
    scopes = selectors.scopes_of(client.pk)
    names = registry.units.names({client.unit_id, *(unit for unit, _ in scopes)})
    more = {
        "facts": [
            {"label": "客户端编号", "value": client.public_id, "code": True},
            {"label": "对方", "value": client.contact},
            {"label": "依据和用途", "value": client.reason},
            {"label": "登记工会", "value": names.get(client.unit_id, "")},
            {"label": "有效期", "value": f"{client.valid_from} 起，{client.valid_until} 止"},
            {"label": "每分钟最多", "value": f"{formats.number(client.per_minute)} 次"},
        ],
        "scopes": presenting.scope_lines(scopes, names),
        "secrets": presenting.secret_lines(selectors.list_secrets(client.pk), now=now),
        "may_issue": client.in_force and actor.may(Permission.REGISTER, registry.units.path(client.unit_id)),
    }
    waits = WAITS.get(case.state)
    return more | {"why_none": waits} if waits else more


WAITS = {
    TwoPersons.PROPOSED: "等待安全管理员复核，同意后登记人才能领到密钥。",
    rules.SUSPENDED: "已停用，对方的调用会被拒绝。恢复须由停用人之外的另一位有权的同事办理。",
}


def _rights(row: Any) -> str:
    return presenting.labels_of(row.row.permissions)


CLIENTS = checked_kind(
    "clients",
    rules.REGISTRATION,
    Client,
    opened_by=Permission.REGISTER,
    opened_on="clients:new",
    readers=(Permission.VIEW,),
    opens=(NAME, CONTACT, REASON, RIGHTS, UNITS, PER_MINUTE, VALID_FROM, VALID_UNTIL),
    goes=to_the_registrars_unit,
    title="{name}",
    means="对方即可领取密钥并调用",
    steps={
        "suspend": Step((NOTE,), means="立即生效，对方的下一次调用即被拒绝"),
        "resume": Step((NOTE,), means="由停用人之外的另一人办理"),
    },
    columns=(
        Column("能办什么", _rights, wraps=True),
        presenting.Period("有效期", "row.valid_from"),
        Number("每分钟", "row.per_minute", narrow="mid"),
    ),
    words=Wordings(
        button="登记系统",
        empty=Empty(
            "没有这样的系统",
            "登记后由安全管理员复核，再领取密钥。系统只能在给定的工会、权限和有效期内调用，每次调用都有记录。",
        ),
    ),
    review="clients/review.html",
    shows_more=shows_more,
)


@CLIENTS.on("open")
def give_scopes(case: Case, client: Client, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Every right holds on every unit named, and on what lies under it, once it is agreed to."""
    scopes = [
        {"client_id": client.pk, "unit_id": registry.units.find(code), "permission": permission}
        for code in _codes(given)
        for permission in sorted(given["permissions"])
    ]
    insert_rows(ClientScope, scopes)


@CLIENTS.on("agree", "resume")
def let_call(case: Case, client: Client, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    change_rows(Client, {"id": client.pk}, {"in_force": True})


@CLIENTS.on("suspend")
def stop(case: Case, client: Client, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Its next request is refused."""
    change_rows(Client, {"id": client.pk}, {"in_force": False})
