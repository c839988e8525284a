"""What lies beside a person's membership and names him: disputes, doubles, documents on a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.personal import DataSubject, Kept, first_day_to_go
from zhijia.organization.members.models import BindingDispute, DocumentCheck, DuplicateHint, ListedNumber, PersonMerge
from zhijia.organization.members.rules import blacklist, duplicates, joining
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

CHECK_DAYS: Final = 365
DISPUTE_DAYS: Final = 3 * 365
HINT_DAYS: Final = 365
"""So long what is settled is kept. Source: docs/rules/rights.md#retention"""
PROOF: Final = "办结后保存三年，用来证明账号为什么由谁使用，便于您核对和投诉。"
IN_DOUBT: Final = "系统比对发现疑似重复，工会核实之后才能删除。"
ARCHIVE: Final = "档案合并的经过属于会籍档案，按规定永久保存。"
UNDER_WAY: Final = "这件事正在办理，办结之后才能删除。"
LISTED: Final = "为防止冒用和编造身份入会，这条记录到工会核对解除为止须保留；您可以携带证件到该工会核对。"
A_YEAR: Final = "办结后保存一年，便于您申诉和核对。"


def _names(union_ids: Sequence[int]) -> dict[int, str]:
    return {key: union.name for key, union in unions.facts_of(union_ids).items()}


def over(case: Case, days: int, now: datetime) -> bool:
    """Whether what was closed with this case may go today."""
    if case.closed_at is None:
        return False
    return first_day_to_go(timezone.localdate(case.closed_at), days) <= timezone.localdate(now)


def kept_cases(rows: Sequence[Any], days: int, words: str, now: datetime) -> list[Kept]:
    """Of rows with a case: those open, and those settled less than `days` ago."""
    waiting = [row for row in rows if row.case.closed_at is None]
    lately = [row for row in rows if row.case.closed_at is not None and not over(row.case, days, now)]
    kept = [Kept(len(waiting), UNDER_WAY)] if waiting else []
    if lately:
        last = max(timezone.localdate(row.case.closed_at) for row in lately)
        kept.append(Kept(len(lately), words, first_day_to_go(last, days), needs_him=False))
    return kept


# --- Whose account it is
def disputes_of(subject: DataSubject) -> list[BindingDispute]:
    """About his document, or by his account about somebody's."""
    mine = Q(person_id__in=subject.persons)
    if subject.account_id is not None:
        mine |= Q(new_account_id=subject.account_id)
    return list(BindingDispute.objects.filter(mine).select_related("case").order_by("opened_at", "id"))


def export_disputes(subject: DataSubject) -> list[Mapping[str, Any]]:
    """His own side in full words; of another's only that there was one."""
    rows = disputes_of(subject)
    names = _names([row.case.unit_id for row in rows])
    return [
        {
            "时间": row.opened_at,
            "核实的工会": names.get(row.case.unit_id, ""),
            "内容": "您申请改绑" if own else "有人申请改绑您的证件号码",
            "手机号码": row.mobile_masked if own else "",
            "结果": joining.DISPUTE.labels[row.case.state],
        }
        for row in rows
        for own in [subject.account_id is not None and row.new_account_id == subject.account_id]
    ]


def kept_disputes(subject: DataSubject, now: datetime) -> list[Kept]:
    return kept_cases(disputes_of(subject), DISPUTE_DAYS, PROOF, now)


# --- Two files of one person
def hints_of(subject: DataSubject) -> list[DuplicateHint]:
    about = Q(first_id__in=subject.persons) | Q(second_id__in=subject.persons)
    return list(DuplicateHint.objects.filter(about).order_by("found_at", "id"))


def _merges(subject: DataSubject) -> list[PersonMerge]:
    about = Q(survivor_id__in=subject.persons) | Q(duplicate_id__in=subject.persons)
    return list(PersonMerge.objects.filter(about).select_related("case").order_by("asked_at", "id"))


def may_go(hint: DuplicateHint) -> bool:
    """A pair that was looked at and is two: nobody needs it any more."""
    return hint.dismissed_at is not None and hint.merged_at is None


def export_duplicates(subject: DataSubject) -> list[Mapping[str, Any]]:
    """What a machine found and what people made of it; never who the other one is."""
    rows: list[Mapping[str, Any]] = [
        {
            "类别": "系统比对线索",
            "时间": row.found_at,
            "内容": duplicates.KINDS[row.kind],
            "结果": "已合并" if row.merged_at else "核实是不同的人" if row.dismissed_at else "等待工会核实",
        }
        for row in hints_of(subject)
    ]
    rows += [
        {
            "类别": "档案合并",
            "时间": row.asked_at,
            "内容": row.reason,
            "结果": duplicates.MERGE.labels[row.case.state],
        }
        for row in _merges(subject)
    ]
    return rows


def kept_duplicates(subject: DataSubject, now: datetime) -> list[Kept]:
    hints, merges = hints_of(subject), _merges(subject)
    open_ones = [row for row in hints if row.dismissed_at is None and row.merged_at is None]
    archive = len(merges) + sum(row.merged_at is not None for row in hints)
    kept = [Kept(len(open_ones), IN_DOUBT)] if open_ones else []
    return [*kept, Kept(archive, ARCHIVE)] if archive else kept


# --- Documents to be looked at
def _listed(subject: DataSubject) -> list[ListedNumber]:
    digests = [people.digest_of(key) for key in subject.persons]
    rows = ListedNumber.objects.filter(digest__in=digests, in_force=True).select_related("batch")
    return list(rows.order_by("id"))


def checks_of(subject: DataSubject) -> list[DocumentCheck]:
    rows = DocumentCheck.objects.filter(person_id__in=subject.persons)
    return list(rows.select_related("case").order_by("asked_at", "id"))


def export_document(subject: DataSubject) -> list[Mapping[str, Any]]:
    """That his document goes to the counter, and where; why is the union's to tell him there."""
    entries, checks = _listed(subject), checks_of(subject)
    names = _names([row.batch.union_id for row in entries] + [row.case.unit_id for row in checks])
    rows: list[Mapping[str, Any]] = [
        {
            "类别": "须到工会核对的证件",
            "证件号码": row.masked,
            "工会": names.get(row.batch.union_id, ""),
            "时间": row.batch.begun_at,
        }
        for row in entries
    ]
    rows += [
        {
            "类别": "证件核对",
            "工会": names.get(row.case.unit_id, ""),
            "时间": row.asked_at,
            "结果": blacklist.DOCUMENT_CHECK.labels[row.case.state],
        }
        for row in checks
    ]
    return rows


def kept_document(subject: DataSubject, now: datetime) -> list[Kept]:
    entries = _listed(subject)
    kept = [Kept(len(entries), LISTED, needs_him=False)] if entries else []
    return [*kept, *kept_cases(checks_of(subject), CHECK_DAYS, A_YEAR, now)]
