"""How unions are laid out for the console's parts; no queries here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Column, Empty, Filter, Listing, Tag, To
from zhijia.kernel.actor import Actor
from zhijia.kernel.paging import Page
from zhijia.organization.unions import rules
from zhijia.organization.unions.permissions import Permission
from zhijia.organization.unions.selectors import FoundUnion

LEVELS = {1: "全国", 2: "省级", 3: "市级", 4: "县级", 5: "乡镇级", 6: "村、区域级", 7: "基层"}
HUES = {"ACTIVE": "done", "SUSPENDED": "soon", "PREPARING": "run"}


def status_tag(status: str, label: str) -> dict[str, str]:
    return {"text": label, "state": HUES.get(status, "")}


def node(union: Any, *, is_open: bool) -> dict[str, Any]:
    """A line of the tree: `unions/_node.html`."""
    return {
        "pid": union.public_id,
        "name": union.name,
        "href": reverse("unions:file", args=[union.public_id]),
        "type": union.get_type_display(),
        "status": "" if union.status == "ACTIVE" else union.get_status_display(),
        "hue": HUES.get(union.status, ""),
        "has_children": union.last_child > 0,
        "open": is_open,
        "branch": reverse("unions:branch", args=[union.public_id]),
    }


def branch(union: Any, page: Page[Any]) -> dict[str, Any]:
    """An open node with its children: `children`, and `more` the address of the next ones."""
    here, whole = reverse("unions:branch", args=[union.public_id]), reverse("unions:tree")
    return node(union, is_open=True) | {
        "children": [node(row, is_open=False) for row in page.rows],
        "more": f"{here}?after={page.next}" if page.next else "",
        "more_page": f"{whole}?open={union.public_id}&after={page.next}" if page.next else "",
    }


def nest(chain: Sequence[Any], last: dict[str, Any]) -> dict[str, Any]:
    """A chain from the top down to an open node, each the only child of the one before."""
    tree = last
    for union in reversed(chain[:-1]):
        tree = node(union, is_open=True) | {"children": [tree], "more": "", "more_page": "", "narrowed": True}
    return tree


def _code(row: FoundUnion) -> str:
    return formats.group4(row.union.code)


def _status(row: FoundUnion) -> tuple[str, str]:
    return row.union.status_label, HUES.get(row.union.status, "")


UNIONS = Listing(
    "unions",
    "工会组织",
    note="本级及以下，按领导关系",
    head=Column("工会", "union.name", wraps=True),
    opens=To("unions:file", "union.public_id"),
    search="名称、拼音、工会编码或信用代码",
    counted="个",
    ordered="按领导关系",
    filters=(
        Filter(
            "type",
            "工会类型",
            {
                "GENERAL": "总工会",
                "INDUSTRY": "产业工会",
                "GRASSROOTS": "基层工会",
                "JOINT": "联合基层工会",
                "AREA_FED": "区域工会联合会",
                "IND_FED": "行业工会联合会",
                "ONLINE_HOME": "网上会员之家",
            },
        ),
    ),
    columns=(
        Column("类型", "union.type_label"),
        Column("编码", _code),
        Column("所在区划", "place", narrow="mid", faint=True),
        Tag("状态", _status),
    ),
    empty=Empty("您的管理范围内还没有工会", "先由上级工会新建或导入，再来这里办理。"),
)


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something done with a union: `path` is where the right must be held, `closed` why nobody may now."""

    label: str
    href: str
    permission: Permission
    path: str
    closed: str = ""
    note: str = ""

    def shown_to(self, actor: Actor) -> dict[str, Any]:
        why_not = self.closed
        if not why_not and not (self.path and actor.may(self.permission, self.path)):
            why_not = "须由上级工会办理" if actor.holds(self.permission) else "您的岗位没有这项权限"
        return {"label": self.label, "href": self.href, "note": self.note, "why_not": why_not}


def may_do(actor: Actor, union: Any) -> list[dict[str, Any]]:
    """What the actor may do with a union, and for what he may not, why: `ui/console/allowed_actions.html`."""
    pid = union.public_id
    above = union.path[:-4]
    ended = "" if union.status not in {"MERGED", "DISSOLVED"} else "工会已经并入或撤销，资料只供查阅"
    resumes = union.status == "SUSPENDED"
    leaf = "基层工会和网上会员之家下面不再设工会" if union.type in {"GRASSROOTS", "JOINT", "ONLINE_HOME"} else ""

    def to(name: str) -> str:
        return reverse(f"unions:{name}", args=[pid])

    status = ("恢复工会", "") if resumes else ("暂停工会", "暂停后不受理入会")
    deeds = [
        _Deed("修改资料", to("edit"), Permission.EDIT, union.path, ended),
        _Deed("指导和经费关系", to("relations"), Permission.RELATE, union.path, ended),
        _Deed(status[0], to("status"), Permission.SUSPEND, above, ended, status[1]),
    ]
    if union.type in rules.JOINABLE_TYPES:
        deeds.append(_Deed("入会码和海报", f"{to('file')}?tab=code", Permission.PRINT, union.path, ended))
    if not leaf:
        new = f"{reverse('unions:new')}?parent={pid}"
        deeds.append(_Deed("新建下级工会", new, Permission.CREATE, union.path, ended))
        deeds.append(_Deed("批量打印入会码", to("print_below"), Permission.PRINT, union.path, ended))
        deeds.append(_Deed("导入下级工会", f"{reverse('unions:load')}?unit={pid}", Permission.LOAD, union.path, ended))
        deeds.append(_Deed("导出下级名册", f"{reverse('unions:export')}?unit={pid}", Permission.EXPORT, union.path))
    return [deed.shown_to(actor) for deed in deeds]


def covered_table(rows: Sequence[Any], *, own: int | None, removable: bool) -> dict[str, Any]:
    """Rows of `unions/_covered.html`: employers with the hidden id that removes them."""
    return {
        "rows": [
            {
                "id": row.pk,
                "name": row.employer.name,
                "code": row.employer.credit_code or "—",
                "headcount": formats.number(row.employer.headcount),
                "industry": _industry(row.employer.industry),
                "ownership": rules.OWNERSHIPS.get(row.employer.ownership, "—"),
                "since": row.since.isoformat(),
                "own": row.employer_id == own,
            }
            for row in rows
        ],
        "removable": removable,
    }


def _industry(code: str) -> str:
    return f"{code} {rules.INDUSTRIES.get(code[:1], '')}" if code else "—"
