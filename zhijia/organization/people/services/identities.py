"""Who somebody is: real name, binding an account, waiting for the authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.limits import services as limits
from zhijia.foundation.notify import services as notify
from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel import identifiers, masks
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken, WrongState
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import initials, name_key
from zhijia.organization.people import events, selectors
from zhijia.organization.people.models import Person, RealNameCheck
from zhijia.organization.people.sealing import Identity, mobile_columns, sealed_columns
from zhijia.organization.people.sources import Answer, Outcome, current_source

TOO_MANY = "今天核验失败的次数过多，为了您的信息安全，请明天再试，或拨打服务热线。"


@dataclass(frozen=True, slots=True)
class Identified:
    """What came of it. `bound` tells that the person stood in a roster already and has his account now."""

    person: selectors.PersonFacts
    bound: bool
    pending: bool


def read_identity(name: str, id_type: str, number: str, *, today: date) -> Identity:
    """Syntax alone (real-name level 2). Raises Invalid naming every bad field at once."""
    wrong: dict[str, str] = {}
    code = ""
    clean_name = clean_number = ""
    try:
        clean_name = identifiers.normalize_name(name)
    except Invalid as error:
        wrong["name"], code = error.message, error.code
    try:
        clean_number = identifiers.normalize_document(id_type, number, today)
    except Invalid as error:
        wrong["id_number"], code = error.message, error.code
    if wrong:
        raise Invalid(code, next(iter(wrong.values())), fields=wrong)
    if id_type in ("RESIDENT_ID", "RESIDENCE_PERMIT", "FOREIGN_PERMIT"):
        read = identifiers.read_resident_id(clean_number, today)
        return Identity(
            clean_name,
            id_type,
            clean_number,
            read.born_on,
            {"male": "1", "female": "2"}.get(str(read.sex), str(read.sex)),
        )
    return Identity(clean_name, id_type, clean_number, None, "0")


def open_mobile(sealed: bytes | memoryview, *, table: str, row: str) -> str:
    """The number that `mobile_columns` sealed; empty where there was none."""
    return str(settings.ZHIJIA_KEYS.keyring.open_sealed(sealed, table_column=table, row=row)) if sealed else ""


def identify(
    actor: Actor, identity: Identity, *, mobile: str, channel: str, now: datetime, source: Any = None
) -> Identified:
    """Real name: ask the authority, then find or make the person and bind the account.

    Runs in several short transactions, since the question to the authority must not hold one and a failed try must
    count although it raises. Raises NotSignedIn; TooMany `limit.real_name` after five failures a day; Invalid
    `real_name.mismatch`; RuleBroken `real_name.other_person` where the account belongs to somebody else already;
    Duplicate `real_name.bound_elsewhere` where the person has another account.
    Source: docs/rules/people.md#real-name
    """
    account_id = actor.account_id
    if account_id is None:
        actor.require_person()
        raise AssertionError("unreachable")
    own = selectors.person_id_of_account(account_id)
    digest = selectors.id_digest(identity.id_type, identity.number)
    himself = Person.objects.filter(Q(pk=own) | Q(merged_into_id=own), id_digest=digest)
    if own is not None and not himself.exists():
        raise RuleBroken("real_name.other_person", "您的账号已实名认证为另一位，如需更正请拨打服务热线或到工会办理。")
    most = int(parameters.value("people.real_name_failures", on=timezone.localdate(now)))
    tries = (f"account:{account_id}", f"id:{digest}")
    for key in tries:
        limits.require_free("real_name", key, most, now=now, message=TOO_MANY)
    answer = (source or current_source()).check(identity.name, identity.id_type, identity.number)
    known = Person.objects.filter(id_digest=digest).first()
    if (
        answer.outcome is Outcome.MATCHED
        and known is not None
        and known.real_name_level >= 3
        and known.name != identity.name
    ):
        answer = Answer(Outcome.MISMATCH, answer.source, answer.reference)
    _record_check(account_id, digest, answer, now=now)
    if answer.outcome is Outcome.MISMATCH:
        for key in tries:
            limits.hit("real_name", key, most, timedelta(days=1), now=now, message=TOO_MANY)
        text = "姓名和证件号码不一致，请对照证件核对后重新填写。"
        raise Invalid("real_name.mismatch", text, fields={"id_number": text})
    return _settle(actor, account_id, identity, mobile, answer, channel=channel, now=now)


@transaction.atomic
def _record_check(account_id: int, digest: str, answer: Answer, *, now: datetime) -> None:
    insert_row(
        RealNameCheck,
        account_id=account_id,
        person_id=None,
        id_digest=digest,
        outcome=answer.outcome.value,
        source=answer.source,
        reference=answer.reference,
        at=now,
    )


@transaction.atomic
def _settle(
    actor: Actor, account_id: int, identity: Identity, mobile: str, answer: Answer, *, channel: str, now: datetime
) -> Identified:
    matched = answer.outcome is Outcome.MATCHED
    level = 3 if matched else 2
    digest = selectors.id_digest(identity.id_type, identity.number)
    person = Person.objects.select_related("merged_into").filter(id_digest=digest).first()
    if person is not None and person.merged_into is not None:
        person = person.merged_into
    bound = False
    if person is None:
        public_id = new_public_id()
        try:
            with transaction.atomic():
                insert_row(
                    Person,
                    public_id=public_id,
                    account_id=account_id,
                    name=identity.name,
                    name_key=name_key(identity.name),
                    initials=initials(identity.name),
                    real_name_level=level,
                    verify_pending=not matched,
                    verified_at=now if matched else None,
                    created_at=now,
                    **sealed_columns(public_id, identity, mobile),
                )
        except IntegrityError as error:
            raise Duplicate("real_name.again", "刚刚已提交过一次，请刷新页面查看结果。") from error
        person = Person.objects.get(public_id=public_id)
    elif person.account_id is None:
        bound = _bind(person, account_id, identity, mobile, level=level, matched=matched, now=now)
    elif person.account_id != account_id:
        raise Duplicate(
            "real_name.bound_elsewhere",
            "这个证件号码已绑定另一个账号。如果那不是您本人，可以提出核实申请，由县级工会当面或电话核对。",
        )
    elif matched and person.real_name_level < 3:
        change_rows(Person, {"id": person.pk}, {"real_name_level": 3, "verified_at": now, "verify_pending": False})
    person.refresh_from_db()
    audit.record(
        actor,
        "people.real_name",
        ("person", person.public_id),
        now=now,
        concerns=person.pk,
        detail={
            "outcome": answer.outcome.value,
            "source": answer.source,
            "level": person.real_name_level,
            "bound": bound,
            "channel": channel,
        },
    )
    if matched:
        events.person_verified.announce(events.PersonVerified(person.pk, now))
    if bound:
        events.person_bound.announce(events.PersonBound(person.pk, account_id, now))
    return Identified(selectors.facts_from(person), bound, person.verify_pending)


def _bind(
    person: Person, account_id: int, identity: Identity, mobile: str, *, level: int, matched: bool, now: datetime
) -> bool:
    """Give a roster person his account. Before level 3 nothing is bound: the row stays with the roster's data."""
    if not matched:
        raise RuleBroken(
            "real_name.try_later", "实名核验服务暂时没有响应，您的会员信息已在名册中，请稍后再试，不会影响您的会籍。"
        )
    old_mobile = person.mobile_digest and person.mobile_digest != selectors.mobile_digest(mobile)
    if old_mobile:
        notify.send(
            "people.mobile_replaced",
            person_id=person.pk,
            context={"name": masks.mask_name_public(person.name)},
            now=now,
        )
    values: dict[str, Any] = {
        "account_id": account_id,
        "real_name_level": max(level, person.real_name_level),
        "verified_at": now,
        "verify_pending": False,
        "name": identity.name,
        "name_key": name_key(identity.name),
        "initials": initials(identity.name),
        **mobile_columns(person.public_id, mobile),
    }
    if not change_rows(Person, {"id": person.pk, "account_id": None}, values):
        raise WrongState
    return True


@transaction.atomic
def rebind(
    actor: Actor, person_id: int, *, old_account_id: int, new_account_id: int, mobile: str, now: datetime
) -> None:
    """Change a person over to another account after a decided dispute; the old number is told.

    Raises WrongState where the binding has changed meanwhile.
    """
    person = Person.objects.get(pk=person_id)
    notify.send(
        "people.mobile_replaced", person_id=person_id, context={"name": masks.mask_name_public(person.name)}, now=now
    )
    values = {"account_id": new_account_id, **mobile_columns(person.public_id, mobile)}
    if not change_rows(Person, {"id": person_id, "account_id": old_account_id}, values):
        raise WrongState
    audit.record(
        actor,
        "people.rebound",
        ("person", person.public_id),
        now=now,
        concerns=person_id,
        before={"account": old_account_id},
        after={"account": new_account_id},
    )


def recheck_pending(*, now: datetime, limit: int = 200, source: Any = None) -> tuple[int, int]:
    """Ask again for persons who wait for the authority; returns (verified, refused). One transaction each."""
    verified = refused = 0
    asked = source or current_source()
    for person in Person.objects.filter(verify_pending=True).order_by("id")[:limit]:
        number = selectors.numbers_for_check(person)
        answer = asked.check(person.name, person.id_type, number)
        if answer.outcome is Outcome.UNAVAILABLE:
            continue
        matched = answer.outcome is Outcome.MATCHED
        with transaction.atomic():
            values = {
                "verify_pending": False,
                "real_name_level": 3 if matched else 1,
                "verified_at": now if matched else None,
            }
            if not change_rows(Person, {"id": person.pk, "verify_pending": True}, values):
                continue
            insert_row(
                RealNameCheck,
                account_id=person.account_id,
                person_id=person.pk,
                id_digest=person.id_digest,
                outcome=answer.outcome.value,
                source=answer.source,
                reference=answer.reference,
                at=now,
            )
            audit.record(
                SYSTEM,
                "people.real_name",
                ("person", person.public_id),
                now=now,
                concerns=person.pk,
                detail={"outcome": answer.outcome.value, "source": answer.source, "recheck": True},
            )
            if matched:
                events.person_verified.announce(events.PersonVerified(person.pk, now))
            else:
                events.person_refused.announce(events.PersonRefused(person.pk, now))
        verified, refused = verified + matched, refused + (not matched)
    return verified, refused
