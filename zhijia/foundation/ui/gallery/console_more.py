"""More sample data: import, statistics, administration, public pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from zhijia.foundation.ui.formats import SHANGHAI


def import_page() -> dict[str, Any]:
    figures = (
        ("新增会员", "3,866", "将建立会籍", "done"),
        ("更新资料", "214", "会员已在本会", "run"),
        ("无变化", "87", "跳过", ""),
        ("他会会员", "18", "转为转会邀请，须本人确认", "soon"),
        ("错误行", "27", "不写入，可改后重传", "late"),
        ("重复行", "0", "本文件内", ""),
    )
    kinds = (("全部", 27), ("证件号校验位不符", 11), ("未满 16 周岁", 2), ("手机号格式", 6))
    errors = (
        (18, "C 证件号", "王*", "37029919900307001▮", "校验位不符", "对照证件原件重录"),
        (42, "B 姓名", "", "", "姓名为空", "补填 2–30 个字"),
        (388, "F 用人单位", "李*", "=HYPERLINK(…)", "疑似公式，已按文字处理", "去掉开头的 ="),
    )
    return {
        "steps": [
            {"label": label, "state": state}
            for label, state in (("上传", "past"), ("试运行", "now"), ("写入", "ahead"), ("结果", "ahead"))
        ],
        "figures": [
            {"label": label, "value": value, "note": note, "state": state} for label, value, note, state in figures
        ],
        "kinds": [
            {"label": label, "count": count, "href": f"?k={index}", "current": index == 0}
            for index, (label, count) in enumerate(kinds)
        ],
        "errors": [dict(zip(("line", "column", "name", "cell", "reason", "fix"), row, strict=True)) for row in errors],
        "upload": {
            "name": "roster",
            "accept": ".xlsx,.csv",
            "note": "xlsx 或 csv（UTF-8、GB18030 自动识别），不超过 50,000 行。先试运行，不会改动任何数据。",
        },
    }


def statistics() -> dict[str, Any]:
    counties = (
        ("芝罘区", "286,410", "+612", "94.8%"),
        ("福山区", "121,870", "+388", "96.2%"),
        ("莱山区", "98,215", "+274", "101.4%"),
        ("莱阳市", "96,164", "+318", "91.1%"),
    )
    rows = [
        {
            "label": name,
            "href": "#",
            "cells": [
                {"text": members},
                {"text": change},
                {"text": share, "warning": "超过 100%，按异常列出，不截断" if share == "101.4%" else ""},
            ],
        }
        for name, members, change, share in counties
    ]
    months = (("6月", "129.8"), ("7月", "130.1"), ("8月", "130.6"), ("9月", "131.1"), ("10月", "131.5"))
    groups = (
        ("货车司机", "6,240", "12,593", "9,410"),
        ("快递员", "9,120", "14,310", "3,960"),
        ("网络主播", "736", "211", None),
    )
    return {
        "figures": [
            {
                "label": "会员数",
                "value": "1,314,719",
                "note": "较上月 +2,451，同比 +3.1%",
                "definition": "在籍会员，不含保留会籍。",
            },
            {
                "label": "基层工会",
                "value": "6,418",
                "note": "涵盖单位 11,902 家",
                "definition": "状态为正常的单独组建与联合基层工会。",
            },
            {"label": "入会率", "value": "91.6%", "note": "全省 90.8%，第 5 位"},
        ],
        "county": {
            "id": "t-county",
            "label": "各县区表",
            "rows": rows,
            "columns": [
                {"label": "单位"},
                {"label": "会员数", "num": True},
                {"label": "本月净增", "num": True},
                {"label": "入会率", "num": True},
            ],
            "total": {"label": "全市", "cells": [{"text": "1,314,719"}, {"text": "+2,451"}, {"text": "91.6%"}]},
        },
        "trend": {
            "id": "t-trend",
            "label": "会员数表",
            "columns": [{"label": "月末"}, {"label": "会员数（万人）", "num": True}],
            "rows": [{"label": month, "cells": [{"text": figure}]} for month, figure in months],
        },
        "trend_chart": {
            "kind": "line",
            "table": "t-trend",
            "title": "会员数",
            "note": "万人，月末",
            "alt": "近五个月会员数折线图，数值见下方表格",
            "size": "sm",
        },
        "pivot": {
            "id": "t-pivot",
            "label": "透视表",
            "columns": [
                {"label": "群体"},
                {"label": "16–29 岁", "num": True},
                {"label": "30–44 岁", "num": True},
                {"label": "45–59 岁", "num": True},
            ],
            "rows": [
                {"label": name, "cells": [{"text": cell} if cell else {"suppressed": "＜5"} for cell in cells]}
                for name, *cells in groups
            ],
        },
        "pivot_chart": {
            "kind": "stack",
            "table": "t-pivot",
            "title": "新就业形态会员，按年龄段",
            "note": "人 · 不显示的格不入图",
            "alt": "新就业形态会员按群体与年龄段堆叠条形图，数值见下表",
        },
    }


def permissions() -> dict[str, Any]:
    return {
        "matrix": {
            "corner": "事项",
            "columns": ["基层工会主席", "组织岗", "法律岗"],
            "groups": [
                {
                    "title": "会员",
                    "rows": [
                        {"label": "查看会员名册", "cells": ["see", "see", "no"]},
                        {"label": "审批入会申请", "cells": ["do", "do", "no"]},
                        {"label": "审核会籍变更", "cells": ["mc", "mc", "no"]},
                    ],
                },
                {"title": "维权", "rows": [{"label": "办理法律援助", "cells": ["no", "no", "do"]}]},
            ],
        },
        "checks": [
            {
                "state": "bad",
                "text": "经审与财务由同一人担任",
                "value": "1 人",
                "detail": "邹*琴：经审委员 × 财务岗。系统已停用后一项",
            },
            {"state": "ok", "text": "三员分立", "value": "符合", "detail": ""},
        ],
    }


def parameters(today: date) -> dict[str, Any]:
    entries = (
        ("入会审批提醒", "join.remind_wd", ""),
        ("入会申请上报时限", "join.escalate_wd", "待复核"),
        ("转会接收时限", "transfer.accept_wd", ""),
    )
    return {
        "groups": [
            {
                "title": "会员",
                "entries": [
                    {
                        "label": label,
                        "code": code,
                        "href": f"?code={code}",
                        "current": bool(tag),
                        "tag": {"text": tag, "state": "soon"} if tag else None,
                    }
                    for label, code, tag in entries
                ],
            }
        ],
        "search": {"name": "q", "placeholder": "名称或代码"},
        "values": [
            {"value": "5 个工作日", "span": "2025-01-01 至 2026-02-28", "note": "第 1 版 · 全省默认"},
            {"value": "4 个工作日", "span": "2026-03-01 至 2026-12-31", "note": "第 2 版 · 现行", "state": "now"},
            {"value": "3 个工作日", "span": "2027-01-01 起", "note": "第 3 版 · 待复核", "state": "next"},
        ],
        "diff": {
            "old": {"label": "现行，第 2 版", "value": "4 个工作日", "note": "截止 2026-12-31"},
            "new": {"label": "拟改为，第 3 版", "value": "3 个工作日", "note": "2027-01-01 起，不设终止"},
        },
        "facts": [
            {"label": "适用地区", "value": "莱阳市及下级"},
            {"label": "依据", "value": "烟台市总工会通知（附件 1 份）"},
            {"label": "单位、范围", "value": "工作日，1 至 10 的整数"},
        ],
        "entries": [
            {
                "at": datetime(today.year, 1, 5, 16, 40, tzinfo=SHANGHAI),
                "title": "梁* 制单：4 → 3",
                "note": "待复核",
                "now": True,
            }
        ],
    }


def empty() -> dict[str, Any]:
    samples = (
        ("都办完了", "今天没有到期的事项。下一件：11-23 入会审批，城厢街道 5 人。", "看 5 个工作日内的 9 件"),
        ("还没有会员", "先导入名册，或打印工会码请职工扫码入会。两种方式都会查重，不会重复建会籍。", "导入名册"),
        ("没有符合条件的会员", "按“lvj”没有找到。拼音请输首字母或全拼；也可能不在您的数据范围内。", "清除条件"),
    )
    return {
        "states": [
            {"title": title, "text": text, "actions": [{"label": label, "href": "#", "primary": True, "small": True}]}
            for title, text, label in samples
        ]
    }
