"""The figures on a union's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from zhijia.kernel.actor import Actor
from zhijia.organization.members.permissions import Permission as MemberPermission
from zhijia.organization.unions import selectors as unions

from . import selectors


def union_figures(actor: Actor, union_id: int) -> Mapping[str, Any]:
    """Context of `statistics/_union_panel.html`: the union with its subtree, at this moment; `may_list` its members."""
    facts = unions.get_facts(union_id)
    figures = selectors.headlines(facts, today=timezone.localdate())
    return {"figures": figures, "union": facts, "may_list": actor.may(MemberPermission.VIEW, facts.path)}
