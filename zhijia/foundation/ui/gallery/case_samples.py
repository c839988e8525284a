"""Sample cases, forms and jobs of the console."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from zhijia.foundation.ui.formats import SHANGHAI
from zhijia.foundation.ui.gallery.sample_forms import DecisionForm, MeetingForm


def now() -> datetime:
    return datetime.now(SHANGHAI).replace(hour=10, minute=6)


def ago(days: int, hour: int = 9, minute: int = 12) -> datetime:
    return (now() - timedelta(days=days)).replace(hour=hour, minute=minute)


def checks(*rows: tuple[str, str, str, str]) -> list[dict[str, str]]:
    return [{"state": state, "text": text, "value": value, "detail": detail} for state, text, value, detail in rows]


def facts_of(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": value, "code": label in ("案件号", "单位信用代码", "编码")} for label, value in rows
    ]


def review(posted: Any) -> dict[str, Any]:
    soon, later = {"state": "soon", "at": now().date()}, {"state": "later", "at": now().date() + timedelta(days=3)}
    people = (
        ("赵*军 · 货车司机", {"state": "late", "count": 2, "unit": "wd"}, "用人单位待匹配", "沐浴店镇网上之家"),
        ("韩*伟 · 快递员", soon, "用人单位已有工会", "城厢快递行业"),
        ("张* · 企业职工", soon, "", "核验全过 · 古柳·食品公司"),
        ("宫* · 网约送餐员", later, "", "核验全过 · 城厢网上之家"),
    )
    return {
        "title": "入会审批",
        "note": "9 件待办，1 件逾期 · 本人今日已办 14 件",
        "keys": [
            {"keys": ["J", "K"], "label": "下一件、上一件"},
            {"keys": ["1", "2", "3"], "label": "选结论"},
            {"keys": ["Ctrl", "Enter"], "label": "提交并看下一件"},
        ],
        "queue": {
            "label": "待审队列",
            "cases": [
                {
                    "pid": f"{index:016d}",
                    "title": who,
                    "href": f"?case={index}",
                    "due": due,
                    "warning": warning,
                    "detail": detail,
                    "current": index == 1,
                    "locked": warning,
                }
                for index, (who, due, warning, detail) in enumerate(people)
            ],
            "batch": {
                "form": "batch",
                "action": "/ui/gallery/console/review",
                "label": "批量同意 2 件…",
                "name": "do",
                "value": "accept",
                "ready": 2,
                "note": "仅限核验全过、非本人经手的",
                "pick_label": "选中自动核验全过的 2 件",
            },
        },
        "decision": {
            "action": "/ui/gallery/console/review",
            "form": DecisionForm(posted) if posted is not None else DecisionForm(initial={"verdict": "accept"}),
            "note": "已有工会提示只作参考：平台用工人员可按自愿加入行业工会。",
            "others": [{"label": "暂跳过", "href": "?skip=1", "small": True, "key": "S"}],
            "footer": "提交后 10 秒内可撤回。不得审批本人及近亲属的申请。",
        },
    }


def form(posted: Any) -> dict[str, Any]:
    given = (
        posted
        if posted is not None
        else {
            "held_on": "2026-11-14",
            "members": "412",
            "due": "52",
            "present": "49",
            "kind": "delegates",
            "years": "3",
            "auditors": "初*、于*娟、李*明",
        }
    )
    labels = ("申请", "同意筹建", "选举", "结果报告", "上级批复", "备案")
    return {
        "title": "建会 · 选举结果报告",
        "note": "莱阳市昌阳湖食品有限公司工会委员会 · 案件 JH-2026-0917",
        "steps": [
            {"label": label, "state": "past" if index < 3 else "now" if index == 3 else "ahead"}
            for index, label in enumerate(labels)
        ],
        "form": MeetingForm(given),
        "checks": checks(
            ("ok", "会员 100 人以上，可开代表大会", "412 人", ""),
            ("ok", "代表 40 至 60 名", "52 名", "会员 201–1,000 人"),
            ("ok", "到会不少于应到三分之二", "49 / 52", "94.2%"),
        ),
        "bad_checks": checks(("bad", "经审委员不得由工会财务人员担任", "1 人", "李*明。请改选或调整财务岗位")),
        "buttons": [
            {"label": "存草稿", "name": "do", "value": "draft", "skip_checks": True},
            {"label": "上一步", "href": "#"},
            {"label": "送上级批复", "primary": True},
        ],
    }


def running_job() -> dict[str, Any]:
    return {
        "href": "/ui/gallery/job",
        "label": "写入进度",
        "state": "running",
        "text": "正在写入 2,618 / 4,080",
        "done": 2618,
        "total": 4080,
        "facts": ["每秒约 410 行", "已用 6 秒，约剩 4 秒", "第 6 批，共 9 批"],
        "stop": "/ui/theme",
        "stop_label": "写完当前批次后停止",
        "footer": "每批一个事务；停止后已写入的批次保留，可从第 7 批继续。",
    }


def finished_job() -> dict[str, Any]:
    return {
        "label": "写入进度",
        "state": "done",
        "text": "已写入 4,080 行，27 行未写入",
        "done": 4080,
        "total": 4080,
        "facts": ["用时 10 秒"],
        "next": "/ui/gallery/console/list",
    }
