"""An operator's own wording of a message. Source: docs/rules/administration.md#messages"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.administration import presenting, rules, selectors
from zhijia.foundation.administration.models import MessageChange
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.casework.fields import Words
from zhijia.foundation.casework.kinds import Goes, Wordings, checked_kind
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotAllowed, Stale

CODE = Words("code", "消息", most=48, sample="accounts.code")
TITLE = Words("title", "标题", most=60, sample="新的标题")
BODY = Words("body", "站内消息", most=500, rows=4, sample="验证码是{code}。")
SMS = Words(
    "sms", "短信", "超过 70 个字按多条计费", required=False, most=300, rows=3, sample="【{site}】验证码{code}。"
)
WHY = Words("reason", "修改原因", "复核人会看到", least=4, sample="补充咨询电话")


def to_the_top(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """Raises NotFound for no such message, NotAllowed `message.top_only`, Invalid `message.wording` (an unknown
    placeholder among others), `message.unchanged`.
    """
    code = given["code"]
    declared = selectors.get_message(code)
    top = selectors.unit_for(actor, Permission.MESSAGE_PROPOSE, selectors.EVERYWHERE)
    if top is None:
        raise NotAllowed("message.top_only", "消息文案由省级统一维护，请联系省级系统管理员。")
    said = given["title"], given["body"], given["sms"]
    rules.check_wording(declared, *said)
    worded = notify.wording(code)
    if (worded.title, worded.body, worded.sms) == said:
        text = "内容与现在的文案完全相同，请修改后再提交。"
        raise Invalid("message.unchanged", text, fields={"body": text})
    return Goes(
        top,
        open_key=f"message:{code}"[:48],
        title=f"消息文案：{declared.title}",
        note=given["reason"],
        fills={"base_version": selectors.message_version(code)},
    )


def shows_more(case: Case, change: MessageChange, actor: Actor, now: datetime) -> dict[str, Any]:
    """Old and new beside each other, and the new one with samples put in."""
    before = notify.wording_before(change.code, change.base_version)
    parts = (
        (TITLE.label, before.title, change.title),
        (BODY.label, before.body, change.body),
        (SMS.label, before.sms, change.sms),
    )
    return {
        "facts": [
            {"label": "消息", "value": change.code, "href": reverse("administration:message", args=[change.code])},
            {"label": "修改原因", "value": change.reason},
        ],
        "pairs": [
            {"label": label, "old": old, "new": new, "changed": old != new} for label, old, new in parts if old or new
        ],
        "shown": presenting.previews(change.title, change.body, change.sms),
    }


MESSAGES = checked_kind(
    "message-changes",
    rules.MESSAGE,
    MessageChange,
    space="administration:message-changes",
    opened_by=Permission.MESSAGE_PROPOSE,
    opened_on="administration:messages",
    opens=(CODE, TITLE, BODY, SMS, WHY),
    goes=to_the_top,
    title="{title}",
    means="立即生效，之后发出的消息用新文案",
    columns=(Column("修改原因", "row.reason", wraps=True),),
    words=Wordings(empty=Empty("没有这样的变更", "在消息文案页修改后，由另一人复核。")),
    review="administration/message_change.html",
    shows_more=shows_more,
)


@MESSAGES.on("agree")
def word(case: Case, change: MessageChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """It holds at once. Raises Stale where another was agreed to meanwhile."""
    if selectors.message_version(change.code) != change.base_version:
        raise Stale
    notify.set_wording(
        actor,
        change.code,
        title=change.title,
        body=change.body,
        sms=change.sms,
        made_by=case.maker_person_id,
        now=now,
    )
