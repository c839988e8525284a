"""How members' files and applications are laid out for the console's parts; no queries here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.organization.members import rules, selectors
from zhijia.organization.people.rules import real_name_words


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
