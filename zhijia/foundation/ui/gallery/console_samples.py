"""Sample data of the console and public pages. All people are synthetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest

from zhijia.foundation.ui.gallery import case_samples, console_more
from zhijia.foundation.ui.gallery.case_samples import ago, facts_of, now, running_job
from zhijia.foundation.ui.listing import (
    Bulk,
    Button,
    Column,
    Day,
    Deed,
    Filter,
    Listing,
    Query,
    Tag,
    View,
    context as list_context,
)  # fmt: skip
from zhijia.kernel.paging import Page

PAGES = (
    "desk",
    "list",
    "detail",
    "review",
    "form",
    "import",
    "job",
    "statistics",
    "permissions",
    "parameters",
    "empty",
    "login",
    "second-factor",
)


class _Frame:
    """A console's surroundings without a registry: what a portal would provide."""

    scope = [
        {"label": "山东省", "href": ""},
        {"label": "烟台市", "href": ""},
        {
            "label": "莱阳市总工会",
            "href": "#",
            "choices": [
                {"label": f"{name}总工会", "href": "#"} for name in ("城厢街道", "古柳街道", "龙旺庄街道", "沐浴店镇")
            ],
        },
    ]
    user = {
        "name": "孙*梅",
        "role": "县级组织岗",
        "links": [{"label": "切换身份（2）", "href": "#"}, {"label": "我的授权与委托", "href": "#"}],
        "sign_out": "/ui/theme",
    }
    jobs = {"href": "/ui/gallery/console/job", "running": 1}
    find = "/ui/gallery/console/list"
    tabs: list[Any] = []

    def __init__(self, request: HttpRequest, shortcuts: Any) -> None:
        self.shortcuts = shortcuts
        self.nav = [
            {
                "title": title,
                "entries": [
                    {
                        "label": label,
                        "href": f"/ui/gallery/console/{page}",
                        "open": waiting,
                        "late": late,
                        "key": key,
                        "current": request.path.endswith(f"/{page}"),
                    }
                    for label, page, waiting, late, key in entries
                ],
            }
            for title, entries in _MENU
        ]


_MENU = (
    ("", (("工作台", "desk", 23, 3, "d"),)),
    (
        "组织",
        (
            ("工会组织", "detail", 0, 0, ""),
            ("会员名册", "list", 0, 0, "m"),
            ("入会与转会", "review", 13, 1, ""),
            ("建会与换届", "form", 3, 0, ""),
            ("名册导入", "import", 0, 0, ""),
        ),
    ),
    ("治理", (("统计", "statistics", 0, 0, "t"),)),
    (
        "管理",
        (
            ("权限", "permissions", 2, 0, ""),
            ("参数", "parameters", 1, 0, ""),
            ("任务", "job", 0, 0, ""),
            ("空状态", "empty", 0, 0, ""),
        ),
    ),
)


def context(name: str, request: HttpRequest) -> dict[str, Any]:
    from zhijia.foundation.ui.chrome import Chrome  # noqa: PLC0415  only for the list of keys

    posted = request.POST if request.method == "POST" else None
    made = _OF_PAGE.get(name, lambda _posted: {})(posted)
    return {"chrome": _Frame(request, Chrome(request).shortcuts), "page_name": name} | made


def _inbox_rows(state: str, *rows: tuple[str, str, str, str]) -> list[dict[str, Any]]:
    due = {
        "late": {"state": "late", "count": 2, "unit": "wd"},
        "soon": {"state": "soon", "at": now().replace(hour=17, minute=30)},
    }
    return [
        {
            "due": due.get(state, {"state": "later", "at": now().date() + timedelta(days=3)}),
            "kind": kind,
            "title": title,
            "detail": detail,
            "href": "/ui/gallery/console/review",
            "source": source,
            "arrived": ago(4),
        }
        for kind, title, detail, source in rows
    ]


def _desk(posted: Any) -> dict[str, Any]:
    kinds = (("全部", 23), ("入会审批", 9), ("转会接收", 4), ("建会批复", 2), ("困难建档", 3), ("参数复核", 2))
    return {
        "title": "工作台",
        "note": "11 月 20 日 周五 · 工作日 · 月调度 12 月 5 日前报，尚余 10 个工作日",
        "actions": [
            {"label": "新建案件", "href": "/ui/gallery/console/form", "key": "C"},
            {"label": "从第一件办起", "href": "/ui/gallery/console/review", "primary": True},
        ],
        "inbox": {
            "title": "等我办理",
            "note": "23 件，最久的一件已等 11 个工作日",
            "sort": [{"label": "按期限", "href": "?by=due", "current": True}, {"label": "按事项", "href": "?by=kind"}],
            "buckets": [
                {"label": "已逾期", "count": 3, "href": "?due=late", "state": "late"},
                {"label": "今日到期", "count": 6, "href": "?due=today", "state": "soon"},
                {"label": "5 个工作日内", "count": 9, "href": "?due=week"},
                {"label": "以后", "count": 5, "href": "?due=later"},
            ],
            "kinds": [
                {"label": label, "count": count, "href": f"?kind={index}", "current": index == 0}
                for index, (label, count) in enumerate(kinds)
            ],
            "groups": [
                {
                    "title": "已逾期",
                    "rows": _inbox_rows(
                        "late",
                        ("入会审批", "赵*军等 3 人", "网上会员之家，货车司机", "沐浴店镇"),
                        ("困难建档", "于*兰", "入户核查 2/2 已完成", "团旺镇"),
                    ),
                },
                {
                    "title": "今日到期",
                    "rows": _inbox_rows(
                        "soon",
                        ("入会审批", "韩*伟", "快递行业，核验提示 1 处", "城厢街道"),
                        ("转会接收", "林*霞", "由栖霞市转入", "龙旺庄街道"),
                        ("建会批复", "莱阳市丹崖纺织有限公司工会", "选举结果报告", "冯格庄街道"),
                    ),
                },
                {
                    "title": "5 个工作日内与以后",
                    "rows": _inbox_rows(
                        "later",
                        ("入会审批", "城厢街道扫码入会 5 人", "核验全过，可批量", "城厢街道"),
                        ("换届批复", "穴坊镇总工会", "请示已附", "穴坊镇"),
                        ("参数复核", "秋季助学标准", "马*军 制单", "本级"),
                    ),
                },
            ],
            "rest": {"href": "?after=k", "label": "其余 7 件"},
        },
        "figures": [
            {
                "label": label,
                "value": value,
                "change": change,
                "values": values,
                "spark": f"{label}近十二个月走势，末值 {value}",
            }
            for label, value, change, values in (
                ("会员数", "96,482", "+318", [1, 2, 4, 3, 5, 6, 6, 8, 9, 10, 9, 12]),
                ("基层工会", "642", "+4", [1, 1, 2, 3, 2, 6, 7, 7, 8, 8, 8, 10]),
                ("换届按期率", "94.1%", "−0.6", [9, 8, 9, 9, 7, 6, 6, 7, 6, 3, 3, 4]),
                ("工单按期办结", "98.9%", "", None),
            )
        ],
        "recent": [
            {"label": "莱阳市鲁东精密机械有限公司工会", "href": "/ui/gallery/console/detail", "at": ago(0)},
            {"label": "DR-20261119-01 名册导入", "href": "#", "at": ago(1)},
        ],
        "sent": [{"label": "选举规则豁免请示 · 等市总组织部", "href": "#", "end": "剩 3 日"}],
    }


@dataclass(frozen=True, slots=True)
class _Member:
    pid: str
    name: str
    number: str
    union: str
    joined_on: date
    verified: bool


def _verified(row: _Member) -> tuple[str, str]:
    return ("已实名", "done") if row.verified else ("未实名", "soon")


def _unsure(row: _Member) -> str:
    return "" if row.verified else "未实名"


def _file(_row: _Member) -> str:
    return "/ui/gallery/console/detail"


_MEMBERS = Listing(
    "members",
    "会员名册",
    note="证件与手机默认脱敏",
    head=Column("姓名", "name", sort="name"),
    opens=_file,
    pid="pid",
    flagged=_unsure,
    search="姓名、拼音首字母或会员号",
    counted="人",
    ordered="按姓名拼音",
    views=(View("all", "全部在籍"), View("unverified", "待实名")),
    orders={"name": ("name", "pid")},
    filters=(Filter("form", "工作方式", {"employed": "在单位工作", "platform": "平台接单"}),),
    columns=(Column("会员号", "number"), Column("所属工会", "union", wraps=True), Tag("实名", _verified),
             Day("入会日期", "joined_on", faint=True)),
)  # fmt: skip


def _list(posted: Any) -> dict[str, Any]:
    people = (("李*娜", "城厢街道快递行业工会联合会"), ("李*勇", "城厢街道家政服务业联合工会"),
              ("梁*军", "城厢街道网上会员之家"))  # fmt: skip
    members = []
    for index in range(15):
        name, union = people[index % 3]
        number = f"3720 2500 4801 {3019 + index}"
        joined_on = now().date() - timedelta(days=90 + index)
        members.append(_Member(f"{index:016d}", name, number, union, joined_on, index % 3 != 2))
    bulk = Bulk(
        "/ui/gallery/console/list",
        (Deed("提醒实名", value="remind"), Deed("批量退回", value="return", needs="reason")),
        reasons={"WRONG": "资料有误"},
        says="说明，本人会看到",
    )
    actions = [
        Button("导入名册", "/ui/gallery/console/import"),
        Button("登记入会", "/ui/gallery/console/form", primary=True),
    ]
    page, counts = Page(members, next="z"), {"unverified": 2104}
    return list_context(_MEMBERS, Query(view="all"), page, at=now(), counts=counts, actions=actions, bulk=bulk)


def _detail(posted: Any) -> dict[str, Any]:
    keys = (
        ("在籍会员", "412", "人"),
        ("职工", "436", "人，9 月申报"),
        ("入会率", "94.5%", ""),
        ("实名率", "98.1%", ""),
        ("六有", "5 / 6", "缺“制度机制”"),
        ("本届任期", "至 2026-12-15", "3 年"),
        ("未结事项", "3", "件"),
    )
    tabs = (("概况", None), ("届次与职务", 9), ("会员", 412), ("变更", 6), ("文书", 14))
    return {
        "record": {
            "title": "莱阳市鲁东精密机械有限公司工会委员会",
            "tags": [{"text": "正常", "state": "done"}, {"text": "25 天后届满", "state": "soon"}],
            "line": "基层工会 · 上级 莱阳市龙旺庄街道总工会 · 2011-04-12 建会",
            "code": "3706820030401238",
            "actions": [
                {"label": "工会码", "href": "#"},
                {"label": "发起换届", "href": "/ui/gallery/console/form", "primary": True},
            ],
            "key_facts": [{"label": label, "value": value, "note": note} for label, value, note in keys],
            "tabs": [
                {"label": label, "count": count, "href": f"?tab={index}", "current": index == 0}
                for index, (label, count) in enumerate(tabs)
            ],
        },
        "facts": facts_of(
            ("用人单位", "莱阳市鲁东精密机械有限公司"),
            ("单位信用代码", "91370682MA3C0B2149"),
            ("行业", "C34 通用设备制造业"),
            ("经济类型", "私营"),
            ("工会类型", "基层工会，单独组建"),
            ("地址", "莱阳市龙旺庄街道黄海二路 88 号"),
            ("联系电话", "0535-7****21"),
            ("法定代表人", "周*海（主席）"),
        ),
        "actions": [
            {"label": "发起换届", "href": "/ui/gallery/console/form", "note": "限 12-15 前", "soon": True},
            {"label": "登记职务变动", "href": "#", "note": "须复核"},
            {"label": "撤销工会", "why_not": "尚有 3 件未结：理赔 1、转会 1、经费结余 1"},
        ],
        "entries": [
            {"at": ago(0), "title": "9 月职工数申报已核对", "note": "436 人，龙旺庄街道总工会", "now": True},
            {"at": ago(5, 8, 0), "title": "换届提醒（届满前 30 日）", "note": "系统，送本会与街道工会"},
            {"at": ago(900), "title": "更名", "note": "莱工复〔2024〕18 号"},
        ],
    }


_OF_PAGE: dict[str, Any] = {
    "desk": _desk,
    "list": _list,
    "detail": _detail,
    "review": case_samples.review,
    "form": case_samples.form,
    "import": lambda _posted: console_more.import_page() | {"job": running_job()},
    "job": lambda _posted: {"job": running_job()},
    "statistics": lambda _posted: console_more.statistics(),
    "permissions": lambda _posted: console_more.permissions(),
    "parameters": lambda _posted: console_more.parameters(now().date()),
    "empty": lambda _posted: console_more.empty(),
}
