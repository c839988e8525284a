"""How a member's own matters are laid out for the phone's parts; no queries beyond a case's own timeline."""

from __future__ import annotations

from typing import Any

from zhijia.organization.members import presenting
from zhijia.organization.members.selectors.blacklist import CheckView

_MINE = {"href": "", "label": "我的会籍"}


def check_page(view: CheckView) -> dict[str, Any]:
    """A document that is looked at again: who does, and what then."""
    case, union = view.case, view.union
    where = [{"label": "核对的工会", "value": union.name}, {"label": "地址", "value": union.address}]
    page = presenting.my_case_page(case, "证件核对", [*where, {"label": "电话", "value": union.phone}])
    if case.closed_at is None:
        page["step"] = {
            "lead": "请携带证件到" + union.name + "，或等待电话联系",
            "at": case.last_day,
            "after": "答复" if case.last_day else "",
            "mine": False,
            "note": "核对后即可继续在线办理。",
            "explain": presenting.explained(case),
        }
    return page
