"""One row for one human being: merging duplicates, parting them again, and mending a name or number.

Who may, and on what evidence, is the calling room's matter.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.notify import services as notify
from zhijia.kernel import masks
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken, WrongState
from zhijia.kernel.names import initials, name_key
from zhijia.kernel.registry import registry
from zhijia.organization.people import events, selectors
from zhijia.organization.people.models import Person, RealNameCheck
from zhijia.organization.people.sealing import Identity, mobile_columns, sealed_columns
from zhijia.organization.people.services.identities import read_identity
from zhijia.organization.people.sources import Outcome, current_source


@transaction.atomic
def merge_person(actor: Actor, person_id: int, *, into: int, now: datetime) -> int | None:
    """Let a duplicate name its survivor; his account goes over where the survivor had none. Returns that account.

    Raises WrongState where one of the two has been merged meanwhile, RuleBroken `real_name.has_role` where the account
    would come to hold a role that it was not given.
    """
    persons = {row.pk: row for row in Person.objects.filter(pk__in=(person_id, into))}
    duplicate, survivor = persons[person_id], persons[into]
    if survivor.merged_into_id is not None or Person.objects.filter(merged_into_id=person_id).exists():
        raise WrongState
    moved = duplicate.account_id if survivor.account_id is None else None
    if moved is not None and registry.holds_role(into, timezone.localdate(now)):
        raise RuleBroken("real_name.has_role", "保留的那份档案有工会工作角色，请先由安全管理员收回授权，再合并档案。")
    change: dict[str, Any] = {"merged_into_id": into, "version": duplicate.version + 1}
    if moved is not None:
        change["account_id"] = None
    if not change_rows(Person, {"id": person_id, "merged_into_id": None, "version": duplicate.version}, change):
        raise WrongState
    if moved is not None:
        change_rows(Person, {"id": into, "account_id": None}, {"account_id": moved})
        events.person_bound.announce(events.PersonBound(into, moved, now))
    audit.record(
        actor,
        "people.merged",
        ("person", duplicate.public_id),
        now=now,
        concerns=person_id,
        after={"into": survivor.public_id},
    )
    return moved


@transaction.atomic
def unmerge_person(actor: Actor, person_id: int, *, survivor_id: int, account_id: int | None, now: datetime) -> None:
    """Two again; the account that went over goes back where the survivor still has it.

    Raises WrongState where the row does not name this survivor any more.
    """
    if not change_rows(Person, {"id": person_id, "merged_into_id": survivor_id}, {"merged_into_id": None}):
        raise WrongState
    if account_id is not None and change_rows(
        Person, {"id": survivor_id, "account_id": account_id}, {"account_id": None}
    ):
        change_rows(Person, {"id": person_id}, {"account_id": account_id})
    person = selectors.get_facts(person_id)
    audit.record(actor, "people.unmerged", ("person", person.public_id), now=now, concerns=person_id)


@transaction.atomic
def correct_person(
    actor: Actor,
    person_id: int,
    *,
    name: str,
    id_type: str,
    id_number: str,
    mobile: str | None,
    reason: str,
    now: datetime,
    source: Any = None,
) -> selectors.PersonFacts:
    """Mend name, document or mobile after asking the authority again; the person is told.

    An empty `id_number` leaves the document as it is. `mobile` (normalized) only for who has no account: an account's
    number is its owner's to change. Raises Invalid naming every bad field, and `real_name.mismatch`; RuleBroken
    `real_name.try_later` while the authority is down, `correct.own_mobile`; Duplicate `correct.id_taken` where the
    document belongs to another person; WrongState.
    """
    person = Person.objects.get(pk=person_id)
    if mobile is not None and person.account_id is not None:
        raise RuleBroken("correct.own_mobile", "会员已绑定账号，手机号请由本人在“设置”里更换。")
    if not id_number.strip():
        id_type, id_number = person.id_type, selectors.numbers_for_check(person)
    identity = read_identity(name, id_type, id_number, today=timezone.localdate(now))
    columns: dict[str, Any] = {}
    digest = selectors.id_digest(identity.id_type, identity.number)
    if identity.name != person.name or digest != person.id_digest:
        _ask_authority(person, identity, digest, now=now, source=source)
        sealed = sealed_columns(person.public_id, identity, "")
        columns = {name: value for name, value in sealed.items() if not name.startswith("mobile_")}
        columns |= {
            "name": identity.name,
            "name_key": name_key(identity.name),
            "initials": initials(identity.name),
            "real_name_level": max(3, person.real_name_level),
            "verified_at": now,
            "verify_pending": False,
        }
    if mobile is not None:
        columns |= mobile_columns(person.public_id, mobile)
    if not columns:
        return selectors.facts_from(person)
    try:
        with transaction.atomic():
            changed = change_rows(
                Person, {"id": person_id, "version": person.version}, {**columns, "version": person.version + 1}
            )
    except IntegrityError as error:
        raise Duplicate(
            "correct.id_taken", "这个证件号码已登记在另一份档案，请核对；确是同一人的，请提出合并。"
        ) from error
    if not changed:
        raise WrongState
    mended = [
        part
        for part, new in (
            ("name", identity.name != person.name),
            ("id", digest != person.id_digest),
            ("mobile", columns.get("mobile_digest", person.mobile_digest) != person.mobile_digest),
        )
        if new
    ]
    audit.record(
        actor,
        "people.corrected",
        ("person", person.public_id),
        now=now,
        concerns=person_id,
        before={"name": person.name, "id": person.id_digest, "mobile": person.mobile_digest},
        after={
            "name": columns.get("name", person.name),
            "id": columns.get("id_digest", person.id_digest),
            "mobile": columns.get("mobile_digest", person.mobile_digest),
        },
        detail={"reason": reason, "changed": mended},
    )
    if mended:
        words = "、".join({"name": "姓名", "id": "证件号码", "mobile": "手机号"}[part] for part in mended)
        context = {"name": masks.mask_name_public(identity.name), "what": words}
        notify.send("people.corrected", person_id=person_id, context=context, now=now)
    if "name" in columns:
        events.person_corrected.announce(
            events.PersonCorrected(person_id, actor, columns["id_digest"] != person.id_digest, now)
        )
    return selectors.get_facts(person_id)


def _ask_authority(person: Person, identity: Identity, digest: str, *, now: datetime, source: Any) -> None:
    answer = (source or current_source()).check(identity.name, identity.id_type, identity.number)
    insert_row(
        RealNameCheck,
        account_id=None,
        person_id=person.pk,
        id_digest=digest,
        outcome=answer.outcome.value,
        source=answer.source,
        reference=answer.reference,
        at=now,
    )
    if answer.outcome is Outcome.MISMATCH:
        text = "姓名和证件号码不一致，请对照证件原件核对后重新填写。"
        raise Invalid("real_name.mismatch", text, fields={"id_number": text})
    if answer.outcome is Outcome.UNAVAILABLE:
        raise RuleBroken("real_name.try_later", "实名核验服务暂时没有响应，请稍后再更正。")
