"""A parameter's next value, proposed by one operator and agreed to by another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.administration import rules, selectors
from zhijia.foundation.administration.models import ParameterChange
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.parameters import services as parameters
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import retrying
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, RuleBroken, Stale
from zhijia.kernel.registry import ParameterSpec

LONGEST_WAIT = timedelta(days=2 * 366)


@retrying()
@transaction.atomic
def propose_value(
    actor: Actor,
    code: str,
    *,
    value: Any,
    region: str,
    valid_from: date,
    source: str,
    reason: str,
    now: datetime,
) -> str:
    """Ask that a value hold in a region, or everywhere, from a day on; returns the case's public id.

    Raises NotFound for an unknown parameter, NotAllowed where the region is not the actor's, Invalid
    `parameter.proposal` naming every bad field, Duplicate `administration.parameter.already_open` where a proposal for
    the same parameter and region waits. Source: docs/rules/administration.md#parameters
    """
    spec = selectors.get_spec(code)
    unit = selectors.unit_for(actor, Permission.PARAMETER_PROPOSE, region)
    if unit is None:
        raise NotAllowed("parameter.not_your_region", "这个地区的参数不由您所在的单位设定，请选择本级或下级地区。")
    said = {"value": value, "region": region, "valid_from": valid_from, "source": source, "reason": reason}
    if wrong := faults_of(spec, said, today=timezone.localdate(now)):
        raise Invalid("parameter.proposal", "还有需要修改的地方，请核对后重新提交。", fields=wrong)
    value = parameters.check_value(spec, value)
    case = workflow.open_case(
        rules.PARAMETER,
        actor,
        title=f"{spec.label}：{rules.value_words(spec.unit, value)}"[:120],
        unit_id=unit,
        owner_person_id=None,
        now=now,
        open_key=f"parameter:{hashlib.sha256(f'{code}@{region}'.encode()).hexdigest()[:32]}",
        note=f"{selectors.region_label(region)}，{valid_from} 起"[:200],
    )
    ParameterChange.objects.create(
        case=case,
        code=code,
        region=region,
        value=value,
        valid_from=valid_from,
        source=source.strip(),
        reason=reason.strip(),
        base_version=selectors.newest_version(code, region),
        made_by=actor.person_id,
    )
    return str(case.public_id)


def faults_of(spec: ParameterSpec, said: Mapping[str, Any], *, today: date) -> dict[str, str]:
    """What is wrong with a proposal, by field; of a form filled in half, what is wrong with the rest."""
    wrong: dict[str, str] = {}
    region = said.get("region", "")
    if "value" in said:
        try:
            parameters.check_value(spec, said["value"])
        except Invalid as error:
            wrong["value"] = error.message
    if region and not regions.exists(region):
        wrong["region"] = "没有这个地区，请从列表中选择。"
    if (begins := said.get("valid_from")) is not None:
        newest = selectors.newest_from(spec.code, region)
        if not today < begins <= today + LONGEST_WAIT:
            wrong["valid_from"] = "生效日期应在明天到两年之内，留出复核的时间。"
        elif newest is not None and begins <= newest:
            wrong["valid_from"] = f"生效日期要晚于已有的 {newest}。"
    for name in ("source", "reason"):
        if name in said and not 4 <= len(said[name].strip()) <= 200:
            wrong[name] = "请填写 4 到 200 个字。"
    return wrong


def _find(public_id: str) -> ParameterChange:
    change = ParameterChange.objects.select_related("case").filter(case__public_id=public_id).first()
    if change is None:
        raise NotFound
    return change


@retrying()
@transaction.atomic
def decide_value(
    actor: Actor, public_id: str, *, agree: bool, note: str, now: datetime, version: int | None = None
) -> None:
    """The second person agrees, and the value is scheduled, or sends it back with a reason.

    Raises NotFound, NotAllowed, RuleBroken `case.same_person`, `parameter.too_late` where its day has come already,
    WrongState, Invalid `case.missing`, Stale where another value was set meanwhile.
    """
    change = _find(public_id)
    note = note.strip()[:500]
    if not agree:
        workflow.move(change.case, "refuse", actor=actor, now=now, given={"note": note}, note=note, version=version)
        return
    workflow.move(change.case, "agree", actor=actor, now=now, note=note, version=version)
    if change.valid_from <= timezone.localdate(now):
        raise RuleBroken("parameter.too_late", "拟定的生效日期已到，不能追溯生效，请退回后改一个日期。")
    if selectors.newest_version(change.code, change.region) != change.base_version:
        raise Stale
    parameters.schedule_value(
        actor,
        change.code,
        change.value,
        valid_from=change.valid_from,
        region=change.region,
        source=change.source,
        made_by=change.made_by,
        checked_by=actor.person_id,
        now=now,
    )


@retrying()
@transaction.atomic
def withdraw_value(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Raises NotFound for anybody but the proposer, WrongState when it is decided."""
    workflow.move(_find(public_id).case, "withdraw", actor=actor, now=now)
