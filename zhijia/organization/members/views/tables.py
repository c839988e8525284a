"""How members' lists and files are laid out for the console's parts; no queries here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.foundation.workflow import selectors as cases
from zhijia.organization.members import rules, selectors
from zhijia.organization.people.rules import real_name_words
from zhijia.organization.unions.selectors import UnionFacts

BULK = "bulk"
OPEN = (rules.Join.PENDING, rules.Join.ESCALATED)
QUEUE_STATES = (
    ("", "等待审核"),
    (rules.Join.NEED_INFO.value, "待补充"),
    (rules.Join.SUBMITTED.value, "等待实名"),
    (rules.Join.APPROVED.value, "已通过"),
    (rules.Join.REJECTED.value, "未通过"),
)


BELOW = "还在下级工会办理"
"""Of an application that an upper union may decide, though it waits at a union below."""


def queue_table(
    rows: Sequence[selectors.Application],
    his: Collection[str],
    *,
    below: Collection[str] = (),
    picked: Collection[str] = (),
    now: datetime,
) -> dict[str, Any]:
    """Shape of `ui/console/list_table.html`; `his` are the cases that the reader may decide, which can be ticked;
    `below` those of them that wait at a union below.
    """
    return {
        "label": "入会申请",
        "first": {"label": "申请人"},
        "columns": [
            {"label": "期限"},
            {"label": "加入"},
            {"label": "单位或职业"},
            {"label": "自动核对"},
            {"label": "提交", "hide": "mid"},
        ],
        "pick": BULK,
        "rows": [
            {
                **_queue_row(row, row.case.public_id in his, now=now),
                "detail": BELOW if row.case.public_id in below else "",
                "picked": row.case.public_id in picked,
            }
            for row in rows
        ],
    }


def _queue_row(row: selectors.Application, his: bool, *, now: datetime) -> dict[str, Any]:
    due, words = cases.due_words(row.case.due_at, now=now)
    href = reverse("members:review", args=[row.case.public_id])
    return {
        "pid": row.case.public_id,
        "label": row.person.masked_name,
        "href": href,
        "cells": [
            {"text": words, "state": {"late": "late", "today": "soon"}.get(due, "")},
            {"text": row.union.name, "wide": True, "wrap": True},
            {"text": row.case.note or "—"},
            {"tag": _passed_tag(row)},
            {"text": formats.short_day(row.application.submitted_at, formats.local_day(now)), "dim": True},
        ],
        "locked": "" if his else "已转上级工会办理" if row.case.state in OPEN else "这件现在不由工会办理",
    }


def _passed_tag(row: selectors.Application) -> dict[str, str]:
    if row.listing is not None:
        return {"text": "证件待核对", "state": "late"}
    return {"text": "全部通过", "state": "done"} if row.all_passed else {"text": "需人工核对", "state": "soon"}


def checks(item: selectors.Application) -> list[dict[str, str]]:
    """Shape of `ui/console/rule_checks.html`."""
    return [
        {"state": "ok" if passed else "warn", "text": text, "value": "", "detail": ""} for passed, text in item.checks
    ]


def case_facts(item: selectors.Application) -> list[list[dict[str, Any]]]:
    said = item.application
    about: list[dict[str, Any]] = [
        {"label": "姓名", "value": item.person.masked_name},
        {"label": "证件", "value": item.person.id_masked, "code": True},
        {"label": "手机", "value": item.person.mobile_masked, "code": True},
        {"label": "性别", "value": {"1": "男", "2": "女"}.get(item.person.sex, "—")},
        {"label": "出生年", "value": str(item.person.birth_year or "—")},
        {"label": "实名", "value": real_name_words(item.person.real_name_level)},
    ]
    work: list[dict[str, Any]] = [
        {"label": "加入", "value": item.union.name},
        {"label": "工作方式", "value": rules.WORK_FORMS.get(said.work_form, "—")},
        {"label": "职业", "value": rules.NEW_FORM_GROUPS.get(said.new_form_group, "—")},
        {"label": "单位", "value": said.employer_text or "—"},
        {"label": "户籍", "value": "农村" if said.rural_hukou else "—"},
        {"label": "来由", "value": {"workplace": "在此工作", "residence": "在此居住"}.get(said.fallback_by, "—")},
    ]
    return [about, [fact for fact in work if fact["value"] != "—"]]


def steps(entries: Sequence[cases.Step]) -> list[dict[str, Any]]:
    """Shape of the console's timeline."""
    return [
        {"at": step.at, "title": step.title, "note": step.who, "quote": step.note, "now": index == 0}
        for index, step in enumerate(entries)
    ]


def queue_items(rows: Sequence[selectors.Application], current: str, *, now: datetime) -> list[dict[str, Any]]:
    items = []
    for row in rows:
        due, words = cases.due_words(row.case.due_at, now=now)
        items.append(
            {
                "pid": row.case.public_id,
                "title": row.person.masked_name,
                "href": reverse("members:review", args=[row.case.public_id]),
                "due": {"state": {"late": "late", "today": "soon"}.get(due, "later")},
                "due_words": words,
                "warning": "证件待核对" if row.listing else "" if row.all_passed else "需人工核对",
                "detail": row.case.note,
                "current": row.case.public_id == current,
                "locked": "",
            }
        )
    return items


def roster_table(page: selectors.MemberPage, *, pick: str = "") -> dict[str, Any]:
    """`pick` names the form that ticked members are sent with."""
    return {
        "label": "会员表",
        "first": {"label": "姓名"},
        "columns": [
            {"label": "会员卡号"},
            {"label": "工会"},
            {"label": "证件号码", "hide": "mid"},
            {"label": "手机", "hide": "mid"},
            {"label": "工作方式"},
            {"label": "入会"},
            {"label": "实名"},
            {"label": "会籍"},
        ],
        "pick": pick,
        "rows": [_member_row(row) for row in page.rows],
    }


def move_bar() -> dict[str, Any]:
    """Shape of `ui/console/bulk_bar.html`: ticked members go to another union."""
    return {
        "form": BULK,
        "action": reverse("members:transfer_batch"),
        "buttons": [{"label": "批量转接", "small": True, "name": "do", "value": "move"}],
        "note": "转到管辖范围内的另一个工会，本人有七天异议期",
        "hidden": [],
    }


def _member_row(row: selectors.MemberRow) -> dict[str, Any]:
    stay = row.membership
    group = rules.NEW_FORM_GROUPS.get(stay.new_form_group)
    real = stay.real_name_level >= 3
    return {
        "pid": row.person.public_id,
        "label": row.person.masked_name,
        "href": reverse("members:file", args=[row.person.public_id]),
        "cells": [
            {"text": formats.group4(stay.member_number)},
            {"text": row.union_name, "wide": True, "wrap": True},
            {"text": row.person.id_masked, "dim": True},
            {"text": row.person.mobile_masked or "—", "dim": True},
            {"text": group or rules.WORK_FORMS.get(stay.work_form, "—")},
            {"text": stay.joined_on.isoformat(), "dim": True},
            {"tag": {"text": "已实名", "state": "done"} if real else {"text": "未实名", "state": "soon"}},
            {"tag": {"text": row.state_label, "state": "done" if stay.state == "ACTIVE" else ""}},
        ],
    }


def pager(page: selectors.MemberPage, query: Mapping[str, str]) -> dict[str, Any]:
    """Forward by key, back to the first page; no numbers and no total."""
    kept = {key: value for key, value in query.items() if value and key != "after"}
    return {
        "shown": (
            f"本页 {len(page.rows)} 人；已查看 {selectors.MOST_EXAMINED:,} 名会员，可继续往下查"
            if page.cut
            else f"本页 {len(page.rows)} 人，按姓名拼音"
        ),
        "previous": f"?{urlencode(kept)}" if query.get("after") else "",
        "next": f"?{urlencode({**kept, 'after': page.after})}" if page.after else "",
    }


def roster_bar(unit: UnionFacts, query: Mapping[str, str]) -> dict[str, Any]:
    """Shape of `ui/console/filter_bar.html`."""

    def select(name: str, label: str, options: Sequence[tuple[str, str]]) -> dict[str, Any]:
        rows = [("", label), *options]
        return {
            "name": name,
            "label": label,
            "options": [{"value": key, "label": text, "chosen": query.get(name, "") == key} for key, text in rows],
        }

    return {
        "label": "会员筛选",
        "name": "q",
        "value": query.get("q", ""),
        "placeholder": "姓名、拼音首字母、会员卡号、证件或手机号",
        "selects": [
            select("state", "会籍", [("ACTIVE", "在会"), ("RETAINED", "保留会籍")]),
            select("work_form", "工作方式", list(rules.WORK_FORMS.items())),
            select("new_form_group", "职业", list(rules.NEW_FORM_GROUPS.items())),
            select("real_name", "实名", [("yes", "已实名"), ("no", "未实名")]),
            select("activated", "激活", [("yes", "已激活"), ("no", "未激活")]),
            select("sex", "性别", [("2", "女"), ("1", "男")]),
        ],
        "hidden": [{"name": "unit", "value": unit.public_id}],
    }


def file_facts(found: selectors.MemberFile) -> list[dict[str, Any]]:
    stay = found.membership
    return [
        {"label": "会员卡号", "value": formats.group4(stay.member_number), "code": True},
        {"label": "工会", "value": found.union.name, "href": reverse("unions:file", args=[found.union.public_id])},
        {"label": "证件号码", "value": found.person.id_masked, "code": True},
        {"label": "手机", "value": found.person.mobile_masked, "code": True},
        {"label": "性别", "value": {"1": "男", "2": "女"}.get(found.person.sex, "—")},
        {"label": "出生年", "value": str(found.person.birth_year or "—")},
        {"label": "入会日期", "value": stay.joined_on.isoformat()},
        {"label": "在本工会", "value": f"{stay.since.isoformat()} 起"},
        {"label": "工作方式", "value": rules.WORK_FORMS.get(stay.work_form, "—")},
        {"label": "职业", "value": rules.NEW_FORM_GROUPS.get(stay.new_form_group) or stay.occupation or "—"},
        {"label": "单位", "value": stay.employer_text or "—"},
        {"label": "实名", "value": real_name_words(found.person.real_name_level)},
        {"label": "账号", "value": "已激活" if stay.activated else "未激活"},
        {"label": "会员卡", "value": f"{found.card.issued_at:%Y-%m-%d} 发出" if found.card else "没有有效的卡"},
    ]


def file_events(found: selectors.MemberFile, names: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "at": event.at,
            "title": event.get_kind_display(),
            "note": names.get(event.union_id, ""),
            "quote": "",
            "now": index == 0,
        }
        for index, event in enumerate(found.events)
    ]
