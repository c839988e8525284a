"""Open inbox entries follow the people who can act on them."""

from __future__ import annotations

from zhijia.foundation.workflow import services as workflow
from zhijia.organization.unions import selectors as unions

from .events import GrantsChanged


def follow_grants(event: GrantsChanged) -> None:
    """Entries waiting at the union or above it, or belonging to it, are addressed anew."""
    union = unions.get_facts(event.union_id)
    upper = [facts.id for facts in unions.breadcrumb(union.path)]
    workflow.reroute_inbox(unit_ids=upper, now=event.at)
