"""The figures on a union's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from zhijia.kernel.actor import Actor
from zhijia.organization.unions import selectors as unions

from . import selectors


def union_figures(_actor: Actor, union_id: int) -> Mapping[str, Any]:
    """Context of `statistics/_union_panel.html`: the union with its subtree, at this moment."""
    facts = unions.get_facts(union_id)
    return {"figures": selectors.headlines(union_id, facts.path, today=timezone.localdate()), "union": facts}
