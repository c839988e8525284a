"""A new wording of a consent, by two persons. Source: docs/rules/people.md#new-wordings"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from zhijia.foundation.casework.fields import Choice, Day, Words
from zhijia.foundation.casework.kinds import Goes, Wordings, checked_kind
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotAllowed, Stale
from zhijia.organization.people import presenting, rules, selectors
from zhijia.organization.people.models import ConsentDraft, Purpose
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.services.consents import publish_consent_text

LONGEST_WAIT = timedelta(days=366)
PURPOSE = Choice("purpose", "用途", choices=dict(selectors.purposes()), sample="privacy")
TITLE = Words("title", "标题", least=2, most=60, sample="个人信息保护政策")
BODY = Words("body", "正文", least=20, most=20_000, rows=22, sample="保存期限改为六个月，到期自动删除，不再另行通知。")
VALID_FROM = Day("valid_from", "生效日期", "当日零时起，须重新同意", sample=date(2026, 10, 1))
WHY = Words("reason", "修改原因", "复核人会看到", least=4, sample="缩短保存期限")


def to_the_top(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """Wordings hold for the whole province, so the right is asked for at the union on top of the tree.

    Raises NotAllowed `consent.province_only`, Invalid `consent.draft` naming every bad field.
    """
    top = selectors.top_unit(actor, Permission.CONSENT_EDIT)
    if top is None:
        raise NotAllowed("consent.province_only", "同意书由省级统一制定，您可以查看，修改请联系省级管理员。")
    purpose, begins, today = given["purpose"], given["valid_from"], timezone.localdate(now)
    newest = selectors.newest_text(purpose)
    wrong = {}
    if newest is not None and (newest.title, newest.body) == (given["title"], given["body"]):
        wrong["body"] = "内容与现有版本完全相同，请修改后再提交。"
    if not today < begins <= today + LONGEST_WAIT:
        wrong["valid_from"] = "生效日期应在明天到一年之内，以便复核和告知。"
    elif newest is not None and begins <= timezone.localdate(newest.valid_from):
        wrong["valid_from"] = f"生效日期要晚于第 {newest.version} 版的 {timezone.localdate(newest.valid_from)}。"
    if wrong:
        raise Invalid("consent.draft", "还有内容需要修改，请核对后重新提交。", fields=wrong)
    version = newest.version if newest else 0
    return Goes(
        top,
        open_key=f"consent:{purpose}",
        title=f"{Purpose(purpose).label} 第 {version + 1} 版",
        note=given["reason"],
        fills={"base_version": version},
    )


def shows_more(case: Case, draft: ConsentDraft, actor: Actor, now: datetime) -> dict[str, Any]:
    """The proposal beside the wording it replaces, line by line."""
    old = selectors.find_text(draft.purpose, draft.base_version)
    return {
        "facts": [
            {"label": "修改原因", "value": draft.reason},
            {"label": "正文", "value": f"{len(draft.body)} 个字"},
        ],
        "changes": rules.compare(old.body if old else "", draft.body),
        "diff": {
            "old": {
                "label": f"现有，第 {draft.base_version} 版" if old else "现有",
                "value": old.title if old else "没有",
                "note": presenting.since(old) if old else "",
            },
            "new": {
                "label": f"拟改为，第 {draft.base_version + 1} 版",
                "value": draft.title,
                "note": f"{draft.valid_from} 起，会员须重新同意",
            },
        },
    }


TEXTS = checked_kind(
    "consent-texts",
    rules.CONSENT_TEXT,
    ConsentDraft,
    space="people:consent-texts",
    opened_by=Permission.CONSENT_EDIT,
    opened_on="people:texts",
    opens=(PURPOSE, TITLE, BODY, VALID_FROM, WHY),
    goes=to_the_top,
    title="{purpose}",
    means="到 {row.valid_from} 零时自动生效，会员须重新同意",
    columns=(Column("修改原因", "row.reason", wraps=True),),
    words=Wordings(empty=Empty("没有这样的修订", "在同意书页起草后，由另一人复核。")),
    review="people/text_change.html",
    shows_more=shows_more,
)


@TEXTS.on("agree")
def publish(case: Case, draft: ConsentDraft, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """It is published for its day. Raises Stale where another wording was published meanwhile."""
    newest = selectors.newest_text(draft.purpose)
    if (newest.version if newest else 0) != draft.base_version:
        raise Stale
    begins = timezone.make_aware(datetime.combine(draft.valid_from, time()))
    publish_consent_text(
        actor,
        draft.purpose,
        title=draft.title,
        body=draft.body,
        valid_from=max(begins, now),
        made_by=case.maker_person_id,
        now=now,
    )
