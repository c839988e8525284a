"""An operator's own wording of a message, agreed to by another."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhijia.foundation.administration import rules, selectors
from zhijia.foundation.administration.models import MessageChange
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import retrying
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, Stale


@retrying()
@transaction.atomic
def propose_wording(actor: Actor, code: str, *, title: str, body: str, sms: str, reason: str, now: datetime) -> str:
    """Ask that a message be worded so; returns the case's public id.

    Raises NotFound, NotAllowed below the top, Invalid `message.wording` (an unknown placeholder among others),
    `message.unchanged`, Duplicate `administration.message.already_open`. Source: docs/rules/administration.md#messages
    """
    declared = selectors.get_message(code)
    top = selectors.unit_for(actor, Permission.MESSAGE_PROPOSE, selectors.EVERYWHERE)
    if top is None:
        raise NotAllowed("message.top_only", "消息文案由省级统一维护，请联系省级系统管理员。")
    title, body, sms = title.strip(), body.strip(), sms.strip()
    rules.check_wording(declared, title, body, sms)
    if not 4 <= len(reason.strip()) <= 200:
        text = "请写明修改原因，4 到 200 个字。"
        raise Invalid("message.reason", text, fields={"reason": text})
    now_worded = notify.wording(code)
    if (now_worded.title, now_worded.body, now_worded.sms) == (title, body, sms):
        text = "内容与现在的文案完全相同，请修改后再提交。"
        raise Invalid("message.unchanged", text, fields={"body": text})
    case = workflow.open_case(
        rules.MESSAGE,
        actor,
        title=f"消息文案：{declared.title}"[:120],
        unit_id=top,
        owner_person_id=None,
        now=now,
        open_key=f"message:{code}"[:48],
        note=reason.strip(),
    )
    MessageChange.objects.create(
        case=case,
        code=code,
        title=title,
        body=body,
        sms=sms,
        reason=reason.strip(),
        base_version=selectors.message_version(code),
        made_by=actor.person_id,
    )
    return str(case.public_id)


def _find(public_id: str) -> MessageChange:
    change = MessageChange.objects.select_related("case").filter(case__public_id=public_id).first()
    if change is None:
        raise NotFound
    return change


@retrying()
@transaction.atomic
def decide_wording(
    actor: Actor, public_id: str, *, agree: bool, note: str, now: datetime, version: int | None = None
) -> None:
    """The second person agrees, and it holds at once, or sends it back. Raises as `parameters.decide_value`."""
    change = _find(public_id)
    note = note.strip()[:500]
    if not agree:
        workflow.move(change.case, "refuse", actor=actor, now=now, given={"note": note}, note=note, version=version)
        return
    workflow.move(change.case, "agree", actor=actor, now=now, note=note, version=version)
    if selectors.message_version(change.code) != change.base_version:
        raise Stale
    notify.set_wording(
        actor,
        change.code,
        title=change.title,
        body=change.body,
        sms=change.sms,
        made_by=change.made_by,
        now=now,
    )


@retrying()
@transaction.atomic
def withdraw_wording(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Raises NotFound for anybody but the proposer, WrongState when it is decided."""
    workflow.move(_find(public_id).case, "withdraw", actor=actor, now=now)
