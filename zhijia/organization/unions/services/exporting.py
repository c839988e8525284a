"""The roster of a subtree as a table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Final

from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid
from zhijia.kernel.tables import csv_chunks, write_xlsx
from zhijia.organization.unions import rules
from zhijia.organization.unions.models import Union, UnionStatus, UnionType
from zhijia.organization.unions.permissions import Permission
from zhijia.organization.unions.selectors.exporting import iterate_subtree

HEADERS: Final = (
    "工会编码", "工会名称", "工会类型", "层级", "状态", "上级工会编码", "上级工会名称", "所在区划", "区划代码",
    "工会统一社会信用代码", "单位名称", "单位统一社会信用代码", "职工人数", "行业", "经济类型", "建会日期", "联系电话",
    "地址",
)  # fmt: skip
FORMATS: Final = ("xlsx", "csv")
_LEVELS: Final = {2: "省", 3: "市", 4: "县", 5: "乡镇", 6: "村社区", 7: "基层"}


@transaction.atomic
def record_export(actor: Actor, union: Union, form: str, *, now: datetime) -> None:
    """Allow and note an export before it streams. Raises NotFound, NotAllowed, Invalid `export.format`."""
    actor.require(Permission.EXPORT, union.path)
    if form not in FORMATS:
        raise Invalid("export.format", "请选择xlsx或csv格式。")
    audit.record(actor, "unions.export", ("union", union.public_id), now=now, unit_id=union.pk, detail={"format": form})


def export_rows(actor: Actor, union: Union) -> Iterator[list[object]]:
    """The union and all below it that the actor may see, in tree order; headers and words as an import takes them."""
    names: dict[str, str] = {}
    for row in iterate_subtree(actor.scope_for(Permission.EXPORT), union.path):
        region = row["region"]
        if region not in names:
            names[region] = regions.full_name(region)
        yield [
            row["code"],
            row["name"],
            UnionType(row["type"]).label,
            _LEVELS.get(row["level"], ""),
            UnionStatus(row["status"]).label,
            row["parent__code"],
            row["parent__name"],
            names[region],
            region,
            row["credit_code"],
            row["employer__name"],
            row["employer__credit_code"],
            row["employer__headcount"],
            row["employer__industry"],
            rules.OWNERSHIPS.get(row["employer__ownership"] or "", ""),
            row["founded_on"],
            row["phone"],
            row["address"],
        ]


def export_csv(actor: Actor, union: Union) -> Iterator[bytes]:
    """Pieces of a CSV file, formula-like cells made harmless."""
    return csv_chunks(HEADERS, export_rows(actor, union))


def export_xlsx(actor: Actor, union: Union) -> IO[bytes]:
    """An XLSX file in constant memory, at its beginning; the caller closes it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response reads and closes it
    write_xlsx(file, HEADERS, export_rows(actor, union), sheet="工会名册")
    file.seek(0)
    return file
