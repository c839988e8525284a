"""Entries in words, as the console's parts and an export want them; no queries here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.ui.listing import Column, Link, Listing, Tag, To
from zhijia.foundation.workflow.rules import Workflow, to_others
from zhijia.kernel.logs import mask_text
from zhijia.kernel.registry import registry
from zhijia.organization.people.selectors import PersonFacts

from . import rules, words
from .selectors import Question, Strikes, Told, entry_key

OUTCOMES: Final = {"done": ("已办理", ""), "denied": ("被拒绝", "late"), "read": ("查看", "run")}
KINDS: Final = {"anonymous": "未登录", "system": "系统自动", "client": "接入系统", "person": "未实名账号"}
GONE: Final = "已删除个人信息的人员"


# --- Words ----------------------------------------------------------------------------------------------------------
def name_of(person: PersonFacts | None) -> str:
    """Masked; who had his data erased is told as such."""
    if person is None or not person.name_key:
        return GONE
    return person.masked_name


def who(told: Told) -> str:
    """Who acted, masked; a visitor, the system and other systems by their kind."""
    entry = told.entry
    return name_of(told.person) if entry.person_id else KINDS.get(entry.actor_kind, entry.actor_kind)


def whose(told: Told) -> str:
    """Whose data it was, masked; empty for nobody's."""
    return name_of(told.concerned) if told.entry.concerns_person_id else ""


def _role(told: Told) -> str:
    return registry.role_label(told.entry.role) if told.entry.role else ""


def event_label(code: str) -> str:
    declared = registry.audit_events.get(code)
    return declared.label if declared is not None else code


def what(entry: Any) -> str:
    """`入会申请：审核通过` for a step of a case, else the event's own name."""
    workflow = _workflow(entry)
    if workflow is None:
        return event_label(entry.event)
    return f"{workflow.name}：{_step(workflow, entry.detail.get('move', ''))}"


def _workflow(entry: Any) -> Workflow | None:
    found: Workflow | None = registry.workflows.get(entry.subject_kind) if entry.event == "workflow.move" else None
    return found


def _step(workflow: Workflow, name: str) -> str:
    titles = {move.name: move.title for move in workflow.moves}
    return to_others(titles.get(name, "提交"))


def reason(entry: Any) -> str:
    """What was given as a reason; whoever wrote a number into it is protected here too."""
    return mask_text(str(entry.detail.get("reason", "")))


def subject(entry: Any) -> str:
    """`文件 7h2k9v0c4m1xq8tz`, `事项 …`, `页面 授权管理`."""
    if not entry.subject_kind:
        return ""
    if entry.subject_kind == "page":
        return f"页面 {page_label(entry.subject_id)}"
    kind = registry.workflows.get(entry.subject_kind)
    label = kind.name if kind is not None else words.SUBJECTS.get(entry.subject_kind, entry.subject_kind)
    return f"{label} {mask_text(entry.subject_id)}"


def page_label(url_name: str) -> str:
    """A page of the menu by its own words; any other by the part of the platform that it belongs to."""
    for scenario in registry.scenarios:
        for item in scenario.menu:
            if item.url_name == url_name:
                return item.label
    part = url_name.partition(":")[0]
    names = {scenario.code: scenario.name for scenario in registry.scenarios}
    if url_name and ":" not in url_name:
        return "数据接口"
    return f"“{names[part]}”部分" if part in names else "其他页面"


def details(entry: Any) -> list[tuple[str, str]]:
    """What else an entry holds, `[("验证方式", "密码")]`; the reason stands by itself."""
    workflow = _workflow(entry)
    lines = []
    for key, value in entry.detail.items():
        if key == "reason" or (workflow is not None and key == "move"):
            continue
        lines.append((words.DETAILS.get(key, key), _value(key, value, workflow)))
    return lines


def _value(key: str, value: Any, workflow: Workflow | None) -> str:
    if workflow is not None and key in ("from", "to"):
        return to_others(workflow.labels.get(value, "尚未提交" if not value else str(value)))
    if value is True or value is False:
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "、".join(f"{words.DETAILS.get(name, name)} {_value(name, each, None)}" for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return "、".join(_value(key, each, None) for each in value)
    if key == "event":
        return event_label(str(value))
    if key == "role":
        return registry.role_label(str(value))
    if key == "use" and value in registry.file_uses:
        return registry.file_uses[value].label
    known = words.VALUES.get(key, {})
    return known.get(value) or mask_text(str(value))


def why_refused(entry: Any) -> str:
    """`密码不对`, `没有这项权限`: what was wrong with a refused try."""
    if "code" in entry.detail:
        return _value("code", entry.detail["code"], None)
    return f"{_value('factor', entry.detail['factor'], None)}不对" if "factor" in entry.detail else ""


def in_words(question: Question) -> str:
    """What was filtered, in one line: `孙*梅办理的 · 查看完整号码 · 2026-08-17 至 2026-09-15`."""
    parts = []
    if question.person is not None:
        parts.append(f"{name_of(question.person)}{'办理的' if question.side == 'did' else '被涉及的'}")
    if question.union is not None:
        parts.append(f"{question.union.name}及下级")
    if question.event:
        parts.append(event_label(question.event))
    if question.outcome:
        parts.append(OUTCOMES[question.outcome][0])
    if question.case:
        parts.append(f"编号 {question.case}")
    first, last = question.days
    parts.append(f"{first or '最早'} 至 {last or '今天'}" if first or last else "不限日期")
    return " · ".join(parts)


# --- Lists ----------------------------------------------------------------------------------------------------------
def query_of(question: Question, **others: str) -> dict[str, str]:
    """The question as the address of its page carries it: never a number of anybody."""
    first, last = question.days
    said = {
        "person": question.person.public_id if question.person else "",
        "side": question.side if question.person and question.side != "did" else "",
        "unit": question.union.public_id if question.union else "",
        "event": question.event,
        "case": question.case,
        "address": question.address,
        "first": first.isoformat() if first else "",
        "last": last.isoformat() if last else "",
        **others,
    }
    return {name: value for name, value in said.items() if value}


def address_of(page: str, question: Question, **others: str) -> str:
    said = urlencode(query_of(question, **others))
    return f"{reverse(page)}?{said}" if said else reverse(page)


def chips(page: str, question: Question) -> list[dict[str, str]]:
    """What is chosen and how to be without it; for `trail/_filters.html`."""
    found = []
    if question.person is not None:
        label = f"{'人员' if question.side == 'did' else '涉及'}：{name_of(question.person)}"
        found.append({"label": label, "href": address_of(page, question, person="", side="")})
    if question.union is not None:
        label = f"单位：{question.union.name}及下级"
        found.append({"label": label, "href": address_of(page, question, unit="")})
    if question.address:
        found.append({"label": f"地址：{question.address}", "href": address_of(page, question, address="")})
    return found


def _entry(told: Told) -> str:
    return entry_key(told.entry)


def _what(told: Told) -> str:
    return what(told.entry)


def _reason(told: Told) -> str:
    return reason(told.entry)


def _short_reason(told: Told) -> str:
    return reason(told.entry)[:40]


def _at(told: Told) -> str:
    return _moment(told.entry)


def _outcome(told: Told) -> tuple[str, str]:
    return OUTCOMES.get(told.entry.outcome, (told.entry.outcome, ""))


def _why_refused(told: Told) -> str:
    return why_refused(told.entry)


def _page(told: Told) -> str:
    return page_label(told.entry.subject_id) if told.entry.subject_kind == "page" else ""


def _from(told: Told) -> tuple[str, str]:
    address = told.entry.address
    return address, f"{reverse('trail:denied')}?{urlencode({'address': address})}" if address else ""


_UNIT = Column("单位", "union.name", wraps=True)
ENTRIES = Listing(
    "trail", "审计记录", note="号码一律遮盖；查阅本身也会留下记录", head=Column("事项", _what), detail=_short_reason,
    opens=To("trail:entry", _entry), ordered="新的在前", exports=False,
    columns=(
        Column("时间", _at, faint=True), Column("人员", who), Column("岗位", _role), _UNIT, Column("涉及", whose),
        Column("网络地址", "entry.address", narrow="mid", faint=True), Tag("结果", _outcome),
    ),
)  # fmt: skip
LOOKS = Listing(
    "trail_looks", "谁看过完整信息", note="号码一律遮盖；查阅本身也会留下记录", head=Column("查看人", who),
    opens=To("trail:entry", _entry), ordered="新的在前", exports=False,
    columns=(
        Column("时间", _at, faint=True), Column("岗位", _role), _UNIT, Column("看了谁的", whose),
        Column("看了什么", _what), Column("理由", _reason, wraps=True),
    ),
)  # fmt: skip
DENIED = Listing(
    "trail_denied", "被拒绝的尝试", note="没有权限的访问、没有通过的工作台验证；查阅本身也会留下记录",
    head=Column("事项", _what), opens=To("trail:denied_entry", _entry), ordered="新的在前", exports=False,
    columns=(
        Column("时间", _at, faint=True), Column("人员", who), _UNIT, Link("网络地址", _from),
        Column("原因", _why_refused), Column("在哪里", _page, narrow="mid", faint=True),
    ),
)  # fmt: skip


def _moment(entry: Any) -> str:
    return timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S")


def outcome_tag(entry: Any) -> dict[str, str]:
    text, state = OUTCOMES.get(entry.outcome, (entry.outcome, ""))
    return {"text": text, "state": state}


def strike_rows(strikes: Strikes, question: Question) -> list[dict[str, str]]:
    """Shape of `ui/console/recent.html`."""
    rows = []
    for strike in strikes.rows:
        if strike.address:
            end = f"{strike.tries} 次" + (f"，涉及 {strike.others} 人" if strike.others else "")
            href = address_of("trail:denied", question, address=strike.address)
            rows.append({"label": f"来自 {strike.address}", "href": href, "end": end})
            continue
        person = strikes.people.get(strike.person_id or 0)
        end = f"{strike.tries} 次，来自 {strike.others} 个地址"
        href = address_of("trail:denied", question, person=person.public_id) if person else ""
        rows.append({"label": f"针对 {name_of(person)}", "href": href, "end": end})
    return rows


# --- One entry ------------------------------------------------------------------------------------------------------
def entry_facts(told: Told) -> list[dict[str, Any]]:
    """Shape of `ui/console/facts.html`."""
    entry = told.entry
    facts = [
        {"label": "时间", "value": _moment(entry)},
        {"label": "事项", "value": what(entry)},
        {"label": "结果", "value": OUTCOMES.get(entry.outcome, (entry.outcome, ""))[0]},
        {"label": "人员", "value": who(told)},
        {"label": "岗位", "value": _role(told)},
        {"label": "单位", "value": told.union.name if told.union else ""},
        {"label": "网络地址", "value": entry.address, "code": True},
        {"label": "涉及人员", "value": whose(told)},
        {"label": "对象", "value": subject(entry)},
        {"label": "理由", "value": reason(entry)},
    ]
    return facts + [{"label": label, "value": value} for label, value in details(entry)]


def digest_facts(entry: Any) -> list[dict[str, Any]]:
    """What before and after say: digests of the content, so that a copy can be held against them."""
    none = "这一条不涉及" if not entry.before and not entry.after else ""
    return [
        {"label": "办理前", "value": entry.before or none or "此前没有内容", "code": bool(entry.before)},
        {"label": "办理后", "value": entry.after or none or "此后没有内容", "code": bool(entry.after)},
    ]


def ways_on(told: Told, back: str) -> list[dict[str, str]]:
    """From an entry to others of the same person, unit or case; shape of `ui/console/recent.html`."""
    entry = told.entry
    rows = []
    for person, side, label in (
        (told.person, "did", "办理的其他记录"),
        (told.concerned, "about", "被涉及的其他记录"),
    ):
        if person is not None and (side == "did" or back == "trail:entries"):
            query = {"person": person.public_id} | ({"side": side} if side == "about" else {})
            rows.append(
                {"label": f"{name_of(person)}{label}", "href": f"{reverse(back)}?{urlencode(query)}", "end": ""}
            )
    if back == "trail:entries" and entry.subject_kind in registry.workflows:
        href = f"{reverse(back)}?{urlencode({'case': entry.subject_id})}"
        rows.append({"label": "同一事项的全部记录", "href": href, "end": ""})
    union = told.union
    if union is not None:
        href = f"{reverse(back)}?{urlencode({'unit': union.public_id})}"
        rows.append({"label": f"{union.name}的记录", "href": href, "end": ""})
    return rows


# --- Files ----------------------------------------------------------------------------------------------------------
EXPORT_HEADERS: Final = (
    "时间", "事项", "结果", "人员", "岗位", "单位", "工会编码", "网络地址", "涉及人员", "对象", "理由", "其他内容",
    "办理前校验值", "办理后校验值",
)  # fmt: skip


def export_rows(rows: Iterable[Told]) -> Iterator[list[str]]:
    """A row for each entry, without the mark."""
    for told in rows:
        entry, union = told.entry, told.union
        yield [
            _moment(entry), what(entry), OUTCOMES.get(entry.outcome, (entry.outcome, ""))[0], who(told),
            _role(told), union.name if union else "",
            union.code if union else "", entry.address, whose(told), subject(entry), reason(entry),
            "；".join(f"{label}：{value}" for label, value in details(entry)), entry.before, entry.after,
        ]  # fmt: skip


def event_choices() -> list[tuple[str, str]]:
    """`[("accounts.signed_in", "账号 · 登录")]`, by capability."""
    return [
        (event.code, f"{scenario.name} · {event.label}")
        for scenario in registry.scenarios
        for event in scenario.audit_events
    ]


def refused_choices() -> list[tuple[str, str]]:
    return [(code, event_label(code)) for code in rules.REFUSED if code in registry.audit_events]
