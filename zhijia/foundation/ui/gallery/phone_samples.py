"""Sample data of the phone pages. All people and shops are invented; IDs use the unassigned region 370299."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from zhijia.foundation.ui.formats import SHANGHAI
from zhijia.foundation.ui.gallery.sample_forms import ClaimForm, CodeForm, ConfirmForm, IdentityForm

PAGES = (
    "home",
    "identity",
    "mobile",
    "confirm",
    "transfer",
    "case",
    "list",
    "scan",
    "yes",
    "no",
    "claim",
    "empty",
    "offline",
    "data",
)

TABS = [
    {"code": "home", "label": "首页", "href": "/ui/gallery/phone/home", "icon": "home"},
    {"code": "services", "label": "服务", "href": "/ui/gallery/phone/list", "icon": "apps"},
    {"code": "code", "label": "扫码", "href": "/ui/gallery/phone/scan", "icon": "qrcode"},
    {"code": "me", "label": "我的", "href": "/ui/gallery/phone/data", "icon": "user"},
]
JOIN_STEPS = ("手机验证", "实名核验", "确认提交")


def _steps(at: int) -> list[dict[str, str]]:
    return [
        {"label": label, "state": "done" if place < at else "now" if place == at else "ahead"}
        for place, label in enumerate(JOIN_STEPS)
    ]


def _at(month: int, day: int, hour: int = 9, minute: int = 5) -> datetime:
    return datetime(date.today().year, month, day, hour, minute, tzinfo=SHANGHAI)  # noqa: DTZ011  a sample follows the calendar


def _day(month: int, day: int) -> date:
    return _at(month, day).date()


def context(name: str, request: HttpRequest) -> dict[str, Any]:
    """Everything the page `name` shows."""
    posted = request.POST if request.method == "POST" else None
    shared: dict[str, Any] = {"tabs": TABS, "page_name": name}
    return shared | _OF_PAGE.get(name, lambda _posted: {})(posted)


def _home(posted: Any) -> dict[str, Any]:
    return {
        "entries": [
            {"label": label, "href": f"#{icon}", "icon": icon, "hue": hue}
            for label, icon, hue in (
                ("工会活动", "calendar-event", "amber"),
                ("普惠服务", "ticket", "amber"),
                ("附近驿站", "map-pin", "green"),
                ("医疗互助", "first-aid-kit", "green"),
                ("法律援助", "scale", "blue"),
                ("困难帮扶", "heart-handshake", "green"),
                ("转会", "arrows-exchange", "red"),
                ("全部服务", "apps", ""),
            )
        ],
        "cases": [
            {
                "title": "住院医疗互助",
                "href": "/ui/gallery/phone/case",
                "tag": {"text": "待您补充", "state": "do", "icon": "pencil"},
                "detail": "请在12月21日前补充出院记录",
            },
            {
                "title": "转会",
                "href": "/ui/gallery/phone/case",
                "tag": {"text": "审核中", "state": "wait", "icon": "clock"},
                "detail": "最晚11月25日答复",
            },
        ],
        "all_cases": {"href": "/ui/gallery/phone/empty", "label": "全部"},
        "news": [
            {"title": "2027 年度医疗互助开始参保", "href": "#n1", "note": "市南区总工会", "note_at": _day(11, 18)},
            {
                "title": "困难职工建档对象公示（5 个工作日）",
                "href": "#n2",
                "note": "八大湖街道总工会",
                "note_at": _day(11, 17),
            },
        ],
    }


def _identity(posted: Any) -> dict[str, Any]:
    given = posted if posted is not None else {"name": "林晓禾", "id_no": "370299199003070011", "consent_id": "on"}
    return {"steps": _steps(1), "form": IdentityForm(given)}


def _mobile(posted: Any) -> dict[str, Any]:
    form = CodeForm(posted) if posted is not None else CodeForm(initial={"mobile": "138 0000 0001"})
    return {
        "steps": _steps(0),
        "form": form,
        "send": {
            "name": "send",
            "value": "sms",
            "label": "52 秒后重发",
            "seconds": 52,
            "then": "重新发送",
        },
    }


def _confirm(posted: Any) -> dict[str, Any]:
    form = ConfirmForm(posted) if posted is not None else ConfirmForm(initial={"work_form": "platform"})
    facts = [
        ("加入", "八大湖街道网上会员之家"),
        ("姓名", "林晓禾"),
        ("身份证号", "3702**********0010"),
        ("手机号", "138****0001"),
    ]
    return {"steps": _steps(2), "form": form, "facts": [{"label": label, "value": value} for label, value in facts]}


def _transfer(posted: Any) -> dict[str, Any]:
    taken = [
        "对方工会同意之前，您的会籍和服务不变。",
        "对方最晚11月25日（周三）答复；逾期由它的上级工会决定。",
        "现在的工会会收到通知，不需要它同意。",
        "正在办理的 1 件医疗互助一并转过去，不用重交。",
    ]
    known = ["转会完成后，会费从次月 1 日起交给新工会。", "答复之前，您可以随时撤回。"]
    return {
        "left": {"label": "现在的工会", "name": "八大湖街道网上会员之家"},
        "right": {"label": "转入的工会", "name": "青岛迅达同城物流有限公司工会委员会"},
        "items": [{"text": text, "taken": True} for text in taken] + [{"text": text, "taken": False} for text in known],
    }


def _case(posted: Any) -> dict[str, Any]:
    who = "八大湖街道总工会 陈一鸣"
    return {
        "back": {"href": "/ui/gallery/phone/home", "label": "我的办理"},
        "tag": {"text": "待您补充", "state": "do", "icon": "pencil"},
        "step": {
            "lead": "下一步由您办理：补充出院记录，最晚",
            "at": _day(12, 21),
            "mine": True,
            "open": True,
            "note": "逾期视为撤回；出院后 180 天内可以重新申请。",
            "explain": [
                "11月19日通知您，当天不计入",
                "从 11月20日起 30 天，到 12月19日",
                "12月19日是周六，顺延到下一个工作日 12月21日",
                "依据：2026 年度互助方案（第 1 版）",
            ],
        },
        "entries": [
            {"title": "街道初审、区级复审、付款", "note": "您补充后继续，初审还剩 2 个工作日", "state": "ahead"},
            {
                "title": "请您补充材料",
                "note": who,
                "at": _at(11, 19, 15, 40),
                "quote": "出院记录第 2 页看不清楚，请重拍一张。",
                "state": "now",
            },
            {"title": "已受理", "note": who, "at": _at(11, 18)},
            {"title": "系统核对通过：参保有效，发票未重复", "note": "自动核对", "at": _at(11, 17, 20, 31)},
            {"title": "您提交了申请", "note": "林晓禾", "at": _at(11, 17, 20, 31)},
        ],
        "facts": [
            {"label": "住院", "value": "11月2日至11月11日"},
            {"label": "目录内自付", "value": "4,300.00 元"},
            {"label": "收款账户", "value": "尾号 6620"},
            {"label": "预计互助金", "value": "1,200.00 元", "sum": True},
        ],
        "rows": [
            {"title": "联系经办人", "icon": "phone", "plain_icon": True, "href": "tel:053200000000"},
            {"title": "已交材料", "icon": "file-text", "plain_icon": True, "href": "#files", "end": "5 份"},
            {"title": "撤回申请", "icon": "arrow-back-up", "plain_icon": True, "href": "#withdraw"},
        ],
        "primary": {"label": "补充材料", "href": "/ui/gallery/phone/claim", "icon": "camera"},
    }


def _list(posted: Any) -> dict[str, Any]:
    def row(on: date, title: str, detail: str, tag: dict[str, str], note: str) -> dict[str, Any]:
        return {
            "title": title,
            "detail": detail,
            "href": "/ui/gallery/phone/transfer",
            "date": on,
            "tag": tag,
            "note": note,
        }

    return {
        "rows": [
            row(
                _day(11, 28),
                "职工健步走：沿海八公里",
                "08:00 五四广场",
                {"text": "剩 12 名", "state": "ok"},
                "先报先得",
            ),
            row(
                _day(11, 29),
                "亲子烘焙公益课",
                "14:00 市南区工人文化宫",
                {"text": "已满，可候补", "state": "warn"},
                "3 人在候补",
            ),
            row(
                _day(12, 5),
                "“缘系一线”青年交友",
                "13:30 海洋科技馆",
                {"text": "抽签", "state": "wait", "icon": "dice-5"},
                "12月1日 10:00 公布结果",
            ),
            row(
                _day(12, 12),
                "骑手冬季行车安全课",
                "19:00 八大湖街道职工服务站",
                {"text": "您已报名", "state": "ok", "icon": "check"},
                "",
            ),
        ],
    }


def _scan(posted: Any) -> dict[str, Any]:
    error = "没有这个短码，请对照会员的券码重新输入。" if posted is not None else ""
    return {
        "scan": {
            "action": "/ui/gallery/phone/scan",
            "tip": "码是动态的，截图会被拒绝",
            "label": "扫不了？输入 6 位短码",
            "button": "核销",
            "hint": "在会员的券码下方，如 8K3 P27，不分大小写",
            "maxlength": 7,
            "error": error,
            "value": (posted or {}).get("code", ""),
        },
        "rows": [{"title": "今日核销", "href": "#today", "end": "17 张，850.00 元"}],
    }


def _verdict(yes: bool) -> dict[str, Any]:
    facts = [
        ("券", "电动车冬检券"),
        ("会员", "林*禾，卡号尾号 1233"),
        ("门店", "迅达车行（香港中路店）"),
        ("流水号", "R8T2-6VNA"),
    ]
    verdict = (
        {"kind": "yes", "title": "核销成功", "text": "请为会员提供服务", "sum": "50.00 元"}
        if yes
        else {"kind": "no", "title": "不能核销", "text": "这张券今天 09:41 已经用过", "sum": ""}
    )
    return {"verdict": verdict, "facts": [{"label": label, "value": value} for label, value in facts]}


def _claim(posted: Any) -> dict[str, Any]:
    given = posted if posted is not None else {"total": "18,600.00", "paid": "19,300.00", "out": "2,000.00"}
    uploaded = {"state": "ok", "text": "已上传"}
    return {
        "form": ClaimForm(given),
        "files": [
            {"label": "第 1 页", **uploaded},
            {"label": "第 2 页", "state": "going", "percent": 60},
            {"label": "第 3 页", "state": "bad", "text": "超过 10 MB，请重拍"},
        ],
    }


def _offline(posted: Any) -> dict[str, Any]:
    return {
        "rows": [
            {
                "title": "拨打 12351",
                "detail": "职工服务热线，24 小时",
                "href": "tel:12351",
                "icon": "phone",
                "hue": "blue",
            },
            {
                "title": "上次看过的驿站",
                "detail": "11月19日 18:20 保存",
                "href": "#stations",
                "icon": "map-pin",
                "hue": "green",
            },
        ]
    }


def _data(posted: Any) -> dict[str, Any]:
    return {
        "back": {"href": "/ui/gallery/phone/home", "label": "首页"},
        "kept": [
            {"title": "身份信息", "detail": "姓名、身份证号、手机号 · 会籍存续期间", "href": "#d1"},
            {"title": "会籍记录", "detail": "入会、转会经过 · 永久保存", "href": "#d2"},
            {"title": "谁看过我的信息", "detail": "近 30 天 4 次，都与办理有关", "href": "#d4"},
        ],
        "consents": [
            {
                "title": "医疗信息，用于医疗互助",
                "detail": "11月17日同意。撤回后停止办理，会籍不受影响",
                "withdraw": "/ui/gallery/phone/data",
            },
            {"title": "活动短信提醒", "detail": "11月12日同意。撤回后不再发送", "withdraw": "/ui/gallery/phone/data"},
        ],
    }


_OF_PAGE: dict[str, Any] = {
    "home": _home,
    "identity": _identity,
    "mobile": _mobile,
    "confirm": _confirm,
    "transfer": _transfer,
    "case": _case,
    "list": _list,
    "scan": _scan,
    "yes": lambda _posted: _verdict(True),
    "no": lambda _posted: _verdict(False),
    "claim": _claim,
    "offline": _offline,
    "data": _data,
}
