"""The list of unions by the end of their terms; no queries here."""

from __future__ import annotations

from zhijia.foundation.ui.listing import Column, Day, Empty, Listing, Tag, To, View
from zhijia.organization.posts.selectors import TermRow


def _state(row: TermRow) -> tuple[str, str]:
    if row.days is None:
        return "没有登记任期", "still"
    if row.days < 0:
        return f"超期 {-row.days} 天", "late"
    return (f"还有 {row.days} 天", "soon") if row.days <= 180 else ("任期之内", "done")


def _chair(row: TermRow) -> str:
    return row.chair or (f"空缺，{row.vacant_since.isoformat()} 起" if row.vacant_since else "没有登记")


UNIONS = Listing(
    "terms",
    "任期和班子",
    note="本级及以下",
    head=Column("工会", "union.name", wraps=True),
    opens=To("posts:board", "union.public_id"),
    columns=(
        Day("届满", "last_day"),
        Tag("任期", _state),
        Column("主席（组织员）", _chair),
        Column("类型", "union.type_label", narrow="mid"),
    ),
    views=(
        View("overdue", "超期"),
        View("soon", "半年内届满"),
        View("vacant", "主席空缺"),
        View("none", "没有登记任期"),
        View("all", "全部"),
    ),
    search="工会名称、拼音或编码",
    counted="个",
    empty=Empty("没有这样的工会", "选举结果批复后，任期和班子自动登记。"),
)
