"""The list of unions by how they fare; no queries here."""

from __future__ import annotations

from zhijia.foundation.ui.listing import Column, Day, Empty, Listing, Number, Tag, To, View

from .rules import STANDING_HUES, STANDINGS
from .selectors import UnionHealth


def _legal(row: UnionHealth) -> tuple[str, str]:
    return STANDINGS[row.standing], STANDING_HUES[row.standing]


def _haves(row: UnionHealth) -> str:
    return f"{row.haves} / {row.known}"


HEALTH = Listing(
    "health",
    "法人和六有",
    note="本级及以下的基层工会",
    head=Column("工会", "union.name", wraps=True),
    opens=To("legal:health", "union.public_id"),
    columns=(
        Number("会员", "members"),
        Column("班子两项（主席、委员会）", _haves),
        Tag("法人证书", _legal),
        Day("有效期到", "last_day"),
    ),
    views=(
        View("all", "全部"),
        View("none", "没有登记"),
        View("ending", "到期和即将到期"),
        View("shells", "空壳工会"),
    ),
    search="工会名称、拼音或编码",
    counted="个",
    empty=Empty("没有这样的工会"),
)
