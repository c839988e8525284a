"""Sample data of the console and public pages. All people are synthetic."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from zhijia.foundation.ui.form import ChoiceGroup, ConsoleForm, DayField
from zhijia.foundation.ui.formats import SHANGHAI
from zhijia.foundation.ui.gallery import console_more

PAGES = ("desk", "list", "detail", "review", "form", "import", "job", "statistics", "permissions", "parameters", "empty", "login", "second-factor")  # fmt: skip
PUBLIC_PAGES = ("find", "notices", "verify")


def _now() -> datetime:
    return datetime.now(SHANGHAI).replace(hour=10, minute=6)


def _ago(days: int, hour: int = 9, minute: int = 12) -> datetime:
    return (_now() - timedelta(days=days)).replace(hour=hour, minute=minute)


class _Frame:
    """A console's surroundings without a registry: what a portal would provide."""

    scope = [
        {"label": "山东省", "href": ""},
        {"label": "烟台市", "href": ""},
        {"label": "莱阳市总工会", "href": "#", "choices": [{"label": f"{name}总工会", "href": "#"} for name in ("城厢街道", "古柳街道", "龙旺庄街道", "沐浴店镇")]},
    ]
    user = {"name": "孙*梅", "role": "县级组织岗", "links": [{"label": "切换身份（2）", "href": "#"}, {"label": "我的授权与委托", "href": "#"}], "sign_out": "/ui/theme"}
    jobs = {"href": "/ui/gallery/console/job", "running": 1}
    find = "/ui/gallery/console/list"
    tabs: list[Any] = []

    def __init__(self, request: HttpRequest, shortcuts: Any) -> None:
        self.shortcuts = shortcuts
        self.nav = [
            {
                "title": title,
                "entries": [
                    {"label": label, "href": f"/ui/gallery/console/{page}", "open": waiting, "late": late, "key": key,
                     "current": request.path.endswith(f"/{page}")}
                    for label, page, waiting, late, key in entries
                ],
            }
            for title, entries in _MENU
        ]  # fmt: skip
        self.public_pages = [
            {"label": label, "href": f"/ui/gallery/public/{page}", "current": request.path.endswith(page)}
            for label, page in (("找工会", "find"), ("公示公告", "notices"), ("查证件", "verify"))
        ]


_MENU = (
    ("", (("工作台", "desk", 23, 3, "d"),)),
    ("组织", (("工会组织", "detail", 0, 0, ""), ("会员名册", "list", 0, 0, "m"), ("入会与转会", "review", 13, 1, ""), ("建会与换届", "form", 3, 0, ""), ("名册导入", "import", 0, 0, ""))),
    ("治理", (("统计", "statistics", 0, 0, "t"),)),
    ("管理", (("权限", "permissions", 2, 0, ""), ("参数", "parameters", 1, 0, ""), ("任务", "job", 0, 0, ""), ("空状态", "empty", 0, 0, ""))),
)  # fmt: skip


class DecisionForm(ConsoleForm):
    verdict = forms.ChoiceField(
        label="结论",
        choices=[("accept", "同意入会"), ("return", "退回补充"), ("refuse", "不同意")],
        widget=ChoiceGroup(notes={
            "accept": "今日起计会籍，即发电子会员卡", "return": "本人补齐后回到本队列，期限暂停",
            "refuse": "须选理由；本人可在 10 个工作日内向上级申诉",
        }),
    )  # fmt: skip
    reason = forms.ChoiceField(label="理由（退回、不同意时必选）", required=False, choices=[("", "请选择"), ("other", "非本单位职工"), ("rule", "不符合入会条件")])
    say = forms.CharField(label="给申请人的话（选填）", required=False, widget=forms.Textarea(attrs={"rows": 3, "placeholder": "本人在手机上看得到"}))


class MeetingForm(ConsoleForm):
    held_on = DayField(label="会议日期")
    members = forms.IntegerField(label="会员总数", min_value=1)
    due = forms.IntegerField(label="代表应到", min_value=1)
    present = forms.IntegerField(label="代表实到", min_value=1)
    kind = forms.ChoiceField(label="形式", choices=[("delegates", "会员代表大会"), ("all", "会员大会")])
    years = forms.IntegerField(label="任期（年）", min_value=3, max_value=5)
    auditors = forms.CharField(label="经审委员")

    def clean_auditors(self) -> str:
        if "李*明" in self.cleaned_data["auditors"]:
            raise forms.ValidationError("李*明 现任工会财务，不得任经审委员")
        return str(self.cleaned_data["auditors"])


class VotesForm(ConsoleForm):
    votes_1 = forms.IntegerField(label="得票", min_value=0, initial=47)
    votes_2 = forms.IntegerField(label="得票", min_value=0, initial=25)


def context(name: str, request: HttpRequest) -> dict[str, Any]:
    from zhijia.foundation.ui.chrome import Chrome  # noqa: PLC0415  only for the list of keys

    posted = request.POST if request.method == "POST" else None
    made = _OF_PAGE.get(name, lambda posted: {})(posted)
    return {"chrome": _Frame(request, Chrome(request).shortcuts), "page_name": name} | made


def _checks(*rows: tuple[str, str, str, str]) -> list[dict[str, str]]:
    return [{"state": state, "text": text, "value": value, "detail": detail} for state, text, value, detail in rows]


def _facts(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"label": label, "value": value, "code": label in ("案件号", "单位信用代码", "编码")} for label, value in rows]


def _inbox_rows(state: str, *rows: tuple[str, str, str, str]) -> list[dict[str, Any]]:
    due = {"late": {"state": "late", "count": 2, "unit": "wd"}, "soon": {"state": "soon", "at": _now().replace(hour=17, minute=30)}}
    return [
        {"due": due.get(state, {"state": "later", "at": _now().date() + timedelta(days=3)}), "kind": kind, "title": title, "detail": detail,
         "href": "/ui/gallery/console/review", "source": source, "arrived": _ago(4)}
        for kind, title, detail, source in rows
    ]  # fmt: skip


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
                {"label": "已逾期", "count": 3, "href": "?due=late", "state": "late"}, {"label": "今日到期", "count": 6, "href": "?due=today", "state": "soon"},
                {"label": "5 个工作日内", "count": 9, "href": "?due=week"}, {"label": "以后", "count": 5, "href": "?due=later"},
            ],
            "kinds": [{"label": label, "count": count, "href": f"?kind={index}", "current": index == 0} for index, (label, count) in enumerate(kinds)],
            "groups": [
                {"title": "已逾期", "rows": _inbox_rows("late", ("入会审批", "赵*军等 3 人", "网上会员之家，货车司机", "沐浴店镇"), ("困难建档", "于*兰", "入户核查 2/2 已完成", "团旺镇"))},
                {"title": "今日到期", "rows": _inbox_rows("soon", ("入会审批", "韩*伟", "快递行业，核验提示 1 处", "城厢街道"), ("转会接收", "林*霞", "由栖霞市转入", "龙旺庄街道"), ("建会批复", "莱阳市丹崖纺织有限公司工会", "选举结果报告", "冯格庄街道"))},
                {"title": "5 个工作日内与以后", "rows": _inbox_rows("later", ("入会审批", "城厢街道扫码入会 5 人", "核验全过，可批量", "城厢街道"), ("换届批复", "穴坊镇总工会", "请示已附", "穴坊镇"), ("参数复核", "秋季助学标准", "马*军 制单", "本级"))},
            ],
            "rest": {"href": "?after=k", "label": "其余 7 件"},
        },
        "figures": [
            {"label": label, "value": value, "change": change, "values": values, "spark": f"{label}近十二个月走势，末值 {value}"}
            for label, value, change, values in (
                ("会员数", "96,482", "+318", [1, 2, 4, 3, 5, 6, 6, 8, 9, 10, 9, 12]),
                ("基层工会", "642", "+4", [1, 1, 2, 3, 2, 6, 7, 7, 8, 8, 8, 10]),
                ("换届按期率", "94.1%", "−0.6", [9, 8, 9, 9, 7, 6, 6, 7, 6, 3, 3, 4]),
                ("工单按期办结", "98.9%", "", None),
            )
        ],
        "recent": [{"label": "莱阳市鲁东精密机械有限公司工会", "href": "/ui/gallery/console/detail", "at": _ago(0)}, {"label": "DR-20261119-01 名册导入", "href": "#", "at": _ago(1)}],
        "sent": [{"label": "选举规则豁免请示 · 等市总组织部", "href": "#", "end": "剩 3 日"}],
    }  # fmt: skip


def _list(posted: Any) -> dict[str, Any]:
    people = (
        ("李*娜", "3720250048013019", "3702**********2183", "138****1133", "城厢街道快递行业工会联合会", "快递员", True, "done"),
        ("李*勇", "3720260024546353", "3702**********6050", "138****7779", "城厢街道家政服务业联合工会", "护工护理员", True, "run"),
        ("梁*军", "3720220097101155", "3702**********0159", "153****6212", "城厢街道网上会员之家", "家政服务员", False, "done"),
    ) * 5
    rows = [
        {
            "pid": f"{index:016d}", "label": name, "href": "/ui/gallery/console/detail",
            "cells": [
                {"text": number}, {"text": id_no, "dim": True, "wide": True}, {"text": mobile, "dim": True}, {"text": union, "wide": True}, {"text": group},
                {"text": "已核验"} if verified else {"text": "待核验", "state": "soon"}, {"text": "2025-08-13"},
                {"tag": {"text": "在籍" if state == "done" else "转出中", "state": state}},
            ],
        }
        for index, (name, number, id_no, mobile, union, group, verified, state) in enumerate(people)
    ]  # fmt: skip
    columns = [{"label": label, "hide": "mid" if label in ("证件号", "手机") else ""} for label in ("会员号", "证件号", "手机", "所属工会", "群体", "实名", "入会日期", "会籍")]
    filters = (("全部在籍", None), ("待实名", 2104), ("新就业形态", 11206), ("本月入会", 318))
    return {
        "title": "会员名册",
        "note": "在籍 96,482 人（11-19 日结）· 证件与手机默认脱敏",
        "actions": [
            {"label": "导入名册", "href": "/ui/gallery/console/import"}, {"label": "导出", "popover": "export", "key": "E"},
            {"label": "登记入会", "href": "/ui/gallery/console/form", "primary": True, "key": "N"},
        ],
        "filters": [{"label": label, "count": count, "href": f"?f={index}", "current": index == 2} for index, (label, count) in enumerate(filters)],
        "bar": {
            "label": "会员筛选", "name": "q", "placeholder": "姓名 / 拼音首字母 / 会员号",
            "chips": [{"label": "工会：城厢街道及下级", "href": "?"}, {"label": "群体：全部新就业形态", "href": "?"}], "more": {"href": "#", "label": "加条件"},
        },
        "table": {"label": "会员表", "first": {"label": "姓名", "sort": "?sort=-name", "sorted": "ascending"}, "columns": columns, "rows": rows, "pick": "bulk"},
        "pager": {"shown": "本页 15 人，按姓名拼音", "previous": "?before=a", "next": "?after=z", "letters": [{"label": letter, "href": f"?letter={letter}", "current": letter == "L"} for letter in "ABCDEFGHJKLMNPQRSTWXYZ"]},
        "bulk": {"form": "bulk", "action": "/ui/gallery/console/list", "buttons": [{"label": "提醒实名", "name": "do", "value": "remind", "small": True}, {"label": "批量转会…", "name": "do", "value": "transfer", "small": True}]},
        "export": {"id": "export", "title": "导出会员名册", "about": "当前筛选，约 2,960 行", "action": "/ui/gallery/console/list", "level": "敏感数据 · 四级", "may_full": True,
                   "reasons": [{"value": "report", "label": "上级调度报送"}, {"value": "benefit", "label": "会员权益发放"}]},
    }  # fmt: skip


def _detail(posted: Any) -> dict[str, Any]:
    keys = (("在籍会员", "412", "人"), ("职工", "436", "人，9 月申报"), ("入会率", "94.5%", ""), ("实名率", "98.1%", ""), ("六有", "5 / 6", "缺“制度机制”"), ("本届任期", "至 2026-12-15", "3 年"), ("未结事项", "3", "件"))
    tabs = (("概况", None), ("届次与职务", 9), ("会员", 412), ("变更", 6), ("文书", 14))
    return {
        "record": {
            "title": "莱阳市鲁东精密机械有限公司工会委员会", "tags": [{"text": "正常", "state": "done"}, {"text": "25 天后届满", "state": "soon"}],
            "line": "基层工会 · 上级 莱阳市龙旺庄街道总工会 · 2011-04-12 建会", "code": "3706820030401238",
            "actions": [{"label": "工会码", "href": "#"}, {"label": "发起换届", "href": "/ui/gallery/console/form", "primary": True}],
            "key_facts": [{"label": label, "value": value, "note": note} for label, value, note in keys],
            "tabs": [{"label": label, "count": count, "href": f"?tab={index}", "current": index == 0} for index, (label, count) in enumerate(tabs)],
        },
        "facts": _facts(("用人单位", "莱阳市鲁东精密机械有限公司"), ("单位信用代码", "91370682MA3C0B2149"), ("行业", "C34 通用设备制造业"), ("经济类型", "私营"), ("工会类型", "基层工会，单独组建"), ("地址", "莱阳市龙旺庄街道黄海二路 88 号"), ("联系电话", "0535-7****21"), ("法定代表人", "周*海（主席）")),
        "actions": [
            {"label": "发起换届", "href": "/ui/gallery/console/form", "note": "限 12-15 前", "soon": True}, {"label": "登记职务变动", "href": "#", "note": "须复核"},
            {"label": "撤销工会", "why_not": "尚有 3 件未结：理赔 1、转会 1、经费结余 1"},
        ],
        "entries": [
            {"at": _ago(0), "title": "9 月职工数申报已核对", "note": "436 人，龙旺庄街道总工会", "now": True},
            {"at": _ago(5, 8, 0), "title": "换届提醒（届满前 30 日）", "note": "系统，送本会与街道工会"}, {"at": _ago(900), "title": "更名", "note": "莱工复〔2024〕18 号"},
        ],
    }  # fmt: skip


def _review(posted: Any) -> dict[str, Any]:
    soon, later = {"state": "soon", "at": _now().date()}, {"state": "later", "at": _now().date() + timedelta(days=3)}
    people = (("赵*军 · 货车司机", {"state": "late", "count": 2, "unit": "wd"}, "用人单位待匹配", "沐浴店镇网上之家"), ("韩*伟 · 快递员", soon, "用人单位已有工会", "城厢快递行业"), ("张* · 企业职工", soon, "", "核验全过 · 古柳·食品公司"), ("宫* · 网约送餐员", later, "", "核验全过 · 城厢网上之家"))
    return {
        "title": "入会审批", "note": "9 件待办，1 件逾期 · 本人今日已办 14 件",
        "keys": [{"keys": ["J", "K"], "label": "下一件、上一件"}, {"keys": ["1", "2", "3"], "label": "选结论"}, {"keys": ["Ctrl", "Enter"], "label": "提交并看下一件"}],
        "queue": {
            "label": "待审队列",
            "cases": [{"pid": f"{index:016d}", "title": who, "href": f"?case={index}", "due": due, "warning": warning, "detail": detail, "current": index == 1, "locked": warning} for index, (who, due, warning, detail) in enumerate(people)],
            "batch": {"form": "batch", "action": "/ui/gallery/console/review", "label": "批量同意 2 件…", "name": "do", "value": "accept", "ready": 2, "note": "仅限核验全过、非本人经手的", "pick_label": "选中自动核验全过的 2 件"},
        },
        "case": {
            "title": "韩*伟 申请加入 城厢街道快递行业工会联合会", "tag": {"text": "今日 17:30 到期", "state": "soon"},
            "columns": [
                _facts(("案件号", "RH-2026-1117-0042"), ("提交", "11-17 09:26，微信扫工会码"), ("姓名", "韩*伟"), ("证件号", "3702**********0010"), ("手机", "138****0001，已验证")),
                _facts(("用工形式", "平台用工"), ("群体", "快递员"), ("用人单位", "莱阳速捷供应链有限公司"), ("户籍", "农业户口，计入农民工"), ("同意书", "第 3 版，11-17 09:25")),
            ],
            "note": "完整证件号与手机须说明理由后查看，并留痕。", "note_link": {"href": "#", "label": "申请查看"}, "checks_note": "11-17 09:26，规则第 7 版",
            "checks": _checks(("ok", "证件号格式与校验位", "通过", ""), ("ok", "实名等级不低于三级", "三级", "权威源比对一致，11-18 09:25"), ("warn", "用人单位已建工会", "1 家", "莱阳速捷供应链有限公司工会。已提示本人"), ("bad", "目标工会可接收会员", "已停收", "")),
            "files": [{"name": "平台用工协议.pdf", "href": "#", "note": "3 页，已查毒"}, {"name": "工牌.jpg", "href": "#", "note": "人脸已遮盖", "image": True}],
            "timeline": [{"at": _ago(0, 8, 0), "title": "今日到期提醒，送审批人", "now": True}, {"at": _ago(3), "title": "本人提交申请", "note": "会员入会须知 第 3 版已阅"}],
        },
        "decision": {
            "action": "/ui/gallery/console/review", "form": DecisionForm(posted) if posted is not None else DecisionForm(initial={"verdict": "accept"}),
            "note": "已有工会提示只作参考：平台用工人员可按自愿加入行业工会。", "others": [{"label": "暂跳过", "href": "?skip=1", "small": True, "key": "S"}],
            "footer": "提交后 10 秒内可撤回。不得审批本人及近亲属的申请。",
        },
    }  # fmt: skip


def _form(posted: Any) -> dict[str, Any]:
    given = posted if posted is not None else {"held_on": "2026-11-14", "members": "412", "due": "52", "present": "49", "kind": "delegates", "years": "3", "auditors": "初*、于*娟、李*明"}
    labels = ("申请", "同意筹建", "选举", "结果报告", "上级批复", "备案")
    votes = VotesForm()
    return {
        "title": "建会 · 选举结果报告", "note": "莱阳市昌阳湖食品有限公司工会委员会 · 案件 JH-2026-0917",
        "steps": [{"label": label, "state": "past" if index < 3 else "now" if index == 3 else "ahead"} for index, label in enumerate(labels)],
        "form": MeetingForm(given),
        "checks": _checks(("ok", "会员 100 人以上，可开代表大会", "412 人", ""), ("ok", "代表 40 至 60 名", "52 名", "会员 201–1,000 人"), ("ok", "到会不少于应到三分之二", "49 / 52", "94.2%")),
        "table": {
            "label": "候选人与得票",
            "columns": [{"label": "候选人"}, {"label": "性别"}, {"label": "工作岗位"}, {"label": "得票", "num": True}, {"label": "占应到", "num": True}, {"label": "结果"}],
            "rows": [
                {"label": "姜*波", "cells": [{"text": "男"}, {"text": "车间主任"}, {"field": votes["votes_1"], "label": "姜*波 得票"}, {"text": "90.4%", "num": True}, {"tag": {"text": "当选", "state": "done"}}]},
                {"label": "隋*刚", "cells": [{"text": "男"}, {"text": "采购"}, {"field": votes["votes_2"], "label": "隋*刚 得票"}, {"text": "48.1%", "num": True}, {"tag": {"text": "未过半"}}]},
            ],
        },
        "bad_checks": _checks(("bad", "经审委员不得由工会财务人员担任", "1 人", "李*明。请改选或调整财务岗位")),
        "buttons": [{"label": "存草稿", "name": "do", "value": "draft", "skip_checks": True}, {"label": "上一步", "href": "#"}, {"label": "送上级批复", "primary": True}],
    }  # fmt: skip


def running_job() -> dict[str, Any]:
    return {
        "href": "/ui/gallery/job", "label": "写入进度", "state": "running", "text": "正在写入 2,618 / 4,080", "done": 2618, "total": 4080,
        "facts": ["每秒约 410 行", "已用 6 秒，约剩 4 秒", "第 6 批，共 9 批"], "stop": "/ui/theme", "stop_label": "写完当前批次后停止",
        "footer": "每批一个事务；停止后已写入的批次保留，可从第 7 批继续。",
    }  # fmt: skip


def finished_job() -> dict[str, Any]:
    return {"label": "写入进度", "state": "done", "text": "已写入 4,080 行，27 行未写入", "done": 4080, "total": 4080, "facts": ["用时 10 秒"], "next": "/ui/gallery/console/list"}


def _find(posted: Any) -> dict[str, Any]:
    return console_more.find()


_OF_PAGE: dict[str, Any] = {
    "desk": _desk, "list": _list, "detail": _detail, "review": _review, "form": _form, "import": lambda posted: console_more.import_page() | {"job": running_job()},
    "job": lambda posted: {"job": running_job()}, "statistics": lambda posted: console_more.statistics(), "permissions": lambda posted: console_more.permissions(),
    "parameters": lambda posted: console_more.parameters(date.today()), "empty": lambda posted: console_more.empty(), "find": _find,
    "notices": lambda posted: console_more.notices(), "verify": lambda posted: console_more.verify(),
}  # fmt: skip
