"""Changes in words: what one means, its page, what has become of a union."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from zhijia.foundation.casework.fields import Asked
from zhijia.foundation.ui import formats
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.registry import registry
from zhijia.organization.unions import selectors as unions

from . import judging, selectors
from .models import OrgChange
from .permissions import Permission
from .rules import CLOSES, SORTS, Sort, State


def means(wanted: judging.Wanted) -> str:
    """`并入“乙工会”`, in the list and in the history."""
    if wanted.sort == Sort.RENAME:
        return f"改称“{wanted.name}”"
    if wanted.sort == Sort.MOVE and wanted.parent is not None:
        return f"改由“{wanted.parent.name}”领导"
    if wanted.sort == Sort.MERGE and wanted.successor is not None:
        return f"并入“{wanted.successor.name}”"
    if wanted.sort == Sort.SPLIT:
        return f"分立“{wanted.name}”，{len(wanted.employer_ids)} 个单位"
    return "会员转入网上会员之家"


def case_page(case: Case, row: OrgChange, congress: Sequence[Asked]) -> dict[str, Any]:
    named = unions.facts_of(key for key in (row.union_id, row.parent_id, row.successor_id) if key)
    parent, successor = named.get(row.parent_id or 0), named.get(row.successor_id or 0)
    facts = [
        {"label": "工会", "value": named[row.union_id].name,
         "href": reverse("unions:file", args=[named[row.union_id].public_id])},
        {"label": "变更", "value": SORTS[Sort(row.sort)]},
        {"label": "原名称" if row.sort == Sort.RENAME else "原上级工会", "value": row.was},
        {"label": "新工会名称" if row.sort == Sort.SPLIT else "新名称", "value": row.name},
        {"label": "新上级工会", "value": parent.name if parent else ""},
        {"label": "会员转入" if row.carried_out_on else "接续工会", "value": successor.name if successor else ""},
        {"label": "分出的单位", "value": "、".join(unions.employer_names(row.employer_ids).values())},
        {"label": "原因和依据", "value": row.reason},
        *({"label": each.label, "value": each.show(getattr(row, each.name))} for each in congress),
        {"label": "生效日期", "value": row.carried_out_on.isoformat() if row.carried_out_on else ""},
        {"label": "已转接会员", "value": f"{formats.number(row.members)} 人" if row.members else ""},
    ]  # fmt: skip
    waits = case.closed_at is None and case.state != State.UPPER_APPROVED
    return {
        "facts": [fact for fact in facts if fact["value"]],
        "assets": [{**line, "yuan": formats.yuan(line["fen"])} for line in row.assets],
        "total": formats.yuan(sum(line["fen"] for line in row.assets)),
        "open_items": registry.open_items(row.union_id) if waits and row.sort in CLOSES else [],
    }


def panel(actor: Actor, union_id: int) -> Mapping[str, Any] | None:
    """Of a union's file: its names, uppers and mergers with their days; and where a change is begun."""
    union = unions.get_facts(union_id)
    if union.is_home:
        return None
    rows = selectors.carried_out(union_id)
    ids = {key for row in rows for key in (row.union_id, row.parent_id, row.successor_id) if key}
    named = unions.facts_of(ids)
    lines = [
        {"on": row.carried_out_on, "text": _happened(row, union_id, named), "href": _case_address(actor, row, named)}
        for row in rows
    ]
    successor = unions.get_facts(union.successor_id) if union.successor_id else None
    may = union.status in ("ACTIVE", "SUSPENDED") and union.parent_id and actor.may(Permission.RUN, union.path)
    return {
        "lines": lines,
        "successor": successor,
        "seen": successor is not None and actor.scope.covers(successor.path),
        "begin": f"{reverse('reorganizing:begin')}?union={union.code}" if may else "",
    }


def _happened(row: OrgChange, union_id: int, named: Mapping[int, unions.UnionFacts]) -> str:
    own = row.union_id == union_id
    successor = named[row.successor_id].name if row.successor_id else ""
    parent = named[row.parent_id].name if row.parent_id else ""
    words = {
        Sort.RENAME: f"更名为“{row.name}”，原名“{row.was}”",
        Sort.MOVE: f"改隶：由“{row.was}”改由“{parent}”领导",
        Sort.MERGE: f"并入“{successor}”" if own else f"“{named[row.union_id].name}”并入",
        Sort.SPLIT: f"分立出“{successor}”" if own else f"由“{named[row.union_id].name}”分立",
        Sort.DISSOLVE: f"撤销，会员转入“{successor}”",
    }
    return words[Sort(row.sort)]


def _case_address(actor: Actor, row: OrgChange, named: Mapping[int, unions.UnionFacts]) -> str:
    at = named[row.union_id].path
    seen = actor.may(Permission.RUN, at) or actor.may(Permission.DECIDE, at)
    return reverse("reorganizing:review", args=[row.case.public_id]) if seen else ""
