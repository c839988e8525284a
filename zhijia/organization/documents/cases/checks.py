"""One listed number looked at again: somebody holds such a document, or a cadre found a mistake.

Source: docs/rules/documents.md
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework import selectors as cases, services as casework
from zhijia.foundation.casework.fields import Count, Words
from zhijia.foundation.casework.kinds import REASON, REMARK, By, CaseKind, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import Duplicate, NotFound, WrongState
from zhijia.organization.documents import rules, selectors, services
from zhijia.organization.documents.models import DocumentCheck, ListedNumber
from zhijia.organization.documents.permissions import Permission
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.unions import selectors as unions

ENTRY = Count("entry", "号码", least=1, most=2**63 - 1, kept=False, sample=1)
PERSON = Count("person", "本人", required=False, least=1, most=2**63 - 1, kept=False, sample=1)
MOBILE = Words("mobile", "联系手机", required=False, most=20, kept=False, sample="13700001111")
WHY = Words("why", "解除原因", required=False, kept=False, sample="本人持证到窗口，照片相符")
NOTE = Words("note", "说明", "持证人在办理经过里会看到", rows=3, sample="本人持身份证到窗口，照片相符。")


def to_who_listed_it(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """Where a cadre says why, nobody asked, and it waits for the second person at once."""
    entry = ListedNumber.objects.get(pk=given["entry"])
    holder = people.persons_of_digests([entry.digest]).get(entry.digest)
    by_cadre = bool(given["why"])
    return Goes(
        selectors.union_of(entry).id,
        person_id=given["person"],
        open_key=f"number:{entry.pk}",
        title=entry.masked if by_cadre or holder is None else people.get_facts(holder).masked_name,
        note=entry.masked,
        start=rules.Check.LIFT_ASKED if by_cadre else None,
        said=given["why"],
        fills={"number_id": entry.pk, "account_id": None if by_cadre else actor.account_id},
    )


def shows_more(case: Case, check: DocumentCheck, actor: Actor, now: datetime) -> dict[str, Any]:
    entry, asked = check.number, check.account_id is not None
    listing = selectors.listing_of(entry)
    return {
        "facts": [
            {"label": "证件号码", "value": entry.masked, "code": True},
            {"label": "提出", "value": "持证人在线提出" if asked else "工会提出"},
            {"label": "持证人", "value": case.title if asked and case.owner_person_id is None else ""},
            {"label": "联系手机", "value": check.mobile_masked, "code": True},
            {"label": "列入单位", "value": listing.union},
            {"label": "列入原因", "value": listing.reason},
            {"label": "批次", "value": "查看", "href": reverse("documents:review", args=[listing.batch_public_id])},
        ],
        "reveal": bool(check.mobile_masked) and case.closed_at is None,
    }


def shows_own(case: Case, check: DocumentCheck, actor: Actor, now: datetime) -> dict[str, Any]:
    """Who looks at the document, where, and what then."""
    union = unions.get_facts(case.unit_id)
    lines = (("核对的工会", union.name), ("地址", union.address), ("电话", union.phone))
    page: dict[str, Any] = {
        "title": rules.DOCUMENT_CHECK.name,
        "facts": [{"label": label, "value": value} for label, value in lines if value],
    }
    if case.state == rules.Check.ASKED and case.due_at:
        page["step"] = {
            "lead": f"请携带证件到{union.name}，或等待电话联系，最晚",
            "at": case.last_day,
            "after": "答复",
            "note": "核对后即可继续在线办理。",
            "explain": [case.due_explained] if case.due_explained else [],
        }
    return page


S, P = rules.Check, Permission
CHECKS = declare(
    CaseKind(
        "document-checks",
        rules.DOCUMENT_CHECK,
        DocumentCheck,
        space="documents:checks",
        opener=By.SYSTEM,
        on_phone=True,
        opens=(ENTRY, PERSON, MOBILE, WHY),
        goes=to_who_listed_it,
        title="{entry}",
        steps={
            "vouch": Step((NOTE,), means="由另一位同事复核后解除"),
            "uphold": Step((NOTE,), means="须写说明"),
            "lift": Step((REMARK,), means="这个号码不再在名单中，可以在线办理"),
            "keep": Step((REASON,), means="须写意见"),
        },
        tabs=(
            Tab("open", "待核对", frozenset({S.ASKED})),
            Tab("checked", "待复核", frozenset({S.LIFT_ASKED})),
            Tab("done", "已办结", frozenset({S.LIFTED, S.KEPT})),
        ),
        columns=(Column("证件号码", "case.note"),),
        words=Wordings(
            tells_person=False,
            empty=Empty("没有这样的核对", "持证人请工会核对，或同事提出解除一个号码后，会出现在这里。"),
        ),
        review="documents/check.html",
        shows_more=shows_more,
        shows_own=shows_own,
        keep_days=365,
        purpose="防止有人编造或冒用身份入会。",
    )
)


@CHECKS.on("open")
def keep_mobile(case: Case, check: DocumentCheck, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The number he is to be called on lies sealed under the case's public id."""
    columns = people_services.mobile_columns(case.public_id, given["mobile"], table=services.PLACE)
    change_rows(DocumentCheck, {"id": check.pk}, columns)


@CHECKS.on("uphold", "keep")
def tell_kept(case: Case, check: DocumentCheck, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    services.tell(case, check, "documents.kept", now=now)


@CHECKS.on("lift")
def lift(case: Case, check: DocumentCheck, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises WrongState where its batch was lifted meanwhile."""
    if not change_rows(ListedNumber, {"id": check.number_id, "in_force": True}, {"in_force": False, "ended_at": now}):
        raise WrongState
    services.tell(case, check, "documents.cleared", now=now)
    audit.record(
        actor, "documents.lifted", ("case", case.public_id), now=now, unit_id=case.unit_id,
        concerns=case.owner_person_id, detail={"count": 1},
    )  # fmt: skip


# --- How one begins
def _open(actor: Actor, entry: ListedNumber, *, now: datetime, **said: Any) -> str:
    try:
        return casework.open_case(CHECKS, actor, {"entry": entry.pk, **said}, now=now)
    except Duplicate:
        sentence = "这个证件已在核对，请等待结果，或携带证件到工会。"
        raise Duplicate("documents.check.already_open", sentence) from None


@retrying()
@transaction.atomic
def ask_check(actor: Actor, identity: people_services.Identity | None, *, mobile: str, now: datetime) -> str:
    """Whoever holds a listed document asks that it be looked at; returns the case's public id.

    His own document where he has proved who he is, else the one he names, which must be a roster person's by that name.
    Raises NotSignedIn; NotFound where it is not listed, or nobody's of that name; Duplicate
    `documents.check.already_open`.
    """
    if actor.account_id is None:
        actor.require_person()
        raise AssertionError("unreachable")
    if actor.person_id is not None:
        person = people.get_facts(actor.person_id)
    else:
        found = people.find_by_id_number(identity.id_type, identity.number) if identity is not None else None
        if identity is None or found is None or found.name != identity.name or found.account_id is not None:
            raise NotFound
        person = found
    entry = selectors.listed_person(person.id)
    if entry is None:
        raise NotFound("document.not_listed", "这个证件可以在线办理，请返回继续。")
    return _open(actor, entry, person=actor.person_id, mobile=mobile, now=now)


@retrying()
@transaction.atomic
def ask_lift_number(actor: Actor, batch_public_id: str, number_id: int, *, note: str, now: datetime) -> str:
    """One number of a batch was a mistake: another person decides. Returns the case's public id.

    Raises NotFound, NotAllowed, WrongState, Invalid `case.note`, Duplicate `documents.check.already_open`.
    """
    unit_id = selectors.unit_of_batch(batch_public_id)
    actor.require(Permission.DECIDE, unions.get_facts(unit_id).path)
    entry = ListedNumber.objects.filter(pk=number_id, batch__case__public_id=batch_public_id).first()
    if entry is None:
        raise NotFound
    if not entry.in_force:
        raise WrongState
    return _open(actor, entry, why=rules.WHY_LIFT.check(note), now=now)


def read_mobile(actor: Actor, public_id: str, *, now: datetime) -> str:
    """The number to call whoever asked; leaves an audit row. Empty where a cadre asked.

    Raises NotFound, NotAllowed, WrongState once it is settled.
    """
    one = cases.get_case(CHECKS, actor, public_id)
    actor.require(Permission.DECIDE, unions.get_facts(one.case.unit_id).path)
    if one.case.closed_at is not None:
        raise WrongState
    audit.record_read(
        actor,
        "documents.mobile",
        ("case", public_id),
        now=now,
        reason="电话约定核对证件",
        unit_id=one.case.unit_id,
        concerns=one.case.owner_person_id,
    )
    return people_services.open_mobile(one.row.mobile_sealed, table=services.PLACE, row=public_id)
