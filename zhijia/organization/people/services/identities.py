"""Who somebody is: real name, binding an account, waiting for the authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.accounts.rules import Purpose as CodePurpose
from zhijia.foundation.accounts.services import codes
from zhijia.foundation.audit import services as audit
from zhijia.foundation.limits import services as limits
from zhijia.foundation.notify import services as notify
from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel import identifiers, masks
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotSignedIn, RuleBroken, TooMany, WrongState
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import initials, name_key
from zhijia.kernel.registry import registry
from zhijia.organization.people import events, selectors
from zhijia.organization.people.models import Person, RealNameCheck
from zhijia.organization.people.sealing import Identity, mobile_columns, sealed_columns
from zhijia.organization.people.sources import Answer, Outcome, current_source

TOO_MANY = "今天核验失败的次数过多，为了您的信息安全，请明天再试，或拨打服务热线。"


MATCH_STANDS = timedelta(hours=1)
"""How long the authority's answer allows a code to be sent to the number of the file."""


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


def _account_of(actor: Actor) -> int:
    """Raises NotSignedIn."""
    if actor.account_id is None:
        raise NotSignedIn
    return actor.account_id


def open_mobile(sealed: bytes | memoryview, *, table: str, row: str) -> str:
    """The number that `mobile_columns` sealed; empty where there was none."""
    return str(settings.ZHIJIA_KEYS.keyring.open_sealed(sealed, table_column=table, row=row)) if sealed else ""


def identify(
    actor: Actor,
    identity: Identity,
    *,
    mobile: str,
    channel: str,
    now: datetime,
    file_code: str = "",
    source: Any = None,
) -> Identified:
    """Real name: ask the authority, then find or make the person and bind the account.

    A person who stands in a roster with another mobile is bound only with `file_code`, sent to that number
    (`send_file_code`): a name and an ID number are known to many. Runs in several short transactions, since the
    question to the authority must not hold one and a failed try must count although it raises.

    Raises NotSignedIn; TooMany `limit.real_name` after five failures a day; Invalid `real_name.mismatch`; RuleBroken
    `real_name.other_person` where the account belongs to somebody else already, `real_name.other_mobile` (with
    `facts["tail"]`, the last four digits) where the code is missing, `real_name.county` where only the county can say;
    Duplicate `real_name.bound_elsewhere` where the person has another account; as `codes.try_code`.
    Source: docs/rules/people.md#taking-over-a-file
    """
    account_id = _account_of(actor)
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
    known = Person.objects.select_related("merged_into").filter(id_digest=digest).first()
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
    file_code_id = _prove_file(actor, known, mobile, file_code, answer, now=now)
    return _settle(actor, account_id, identity, mobile, answer, channel=channel, file_code_id=file_code_id, now=now)


class Proof(StrEnum):
    """What somebody must show, beyond a matching document, before a person's file becomes his account's."""

    NOTHING = "nothing"
    CODE = "code"
    COUNTY = "county"


def proof_needed(person_id: int, mobile: str, *, today: date) -> Proof:
    """For a person without an account, and the number that signed in.

    Source: docs/rules/people.md#taking-over-a-file
    """
    return _proof_needed(Person.objects.get(pk=person_id), mobile, today=today)


def _proof_needed(person: Person, mobile: str, *, today: date) -> Proof:
    if person.mobile_digest:
        return Proof.NOTHING if person.mobile_digest == selectors.mobile_digest(mobile) else Proof.CODE
    return Proof.COUNTY if registry.holds_role(person.pk, today) else Proof.NOTHING


def _file_of(known: Person | None) -> Person | None:
    """The file that a document leads to, where it has no account yet."""
    file = known.merged_into or known if known is not None else None
    return file if file is not None and file.account_id is None else None


def _prove_file(
    actor: Actor, known: Person | None, mobile: str, code: str, answer: Answer, *, now: datetime
) -> int | None:
    """The id of a right code to the file's own number, None where none is needed."""
    file = _file_of(known)
    if file is None or answer.outcome is not Outcome.MATCHED:
        return None
    needed = _proof_needed(file, mobile, today=timezone.localdate(now))
    if needed is Proof.NOTHING:
        return None
    if needed is Proof.COUNTY:
        raise RuleBroken("real_name.county", "这份档案须由县级工会当面核实后绑定，请提出核实申请，或到工会办理。")
    number = selectors.mobile_for_message(file.pk)
    if not code:
        raise RuleBroken(
            "real_name.other_mobile",
            f"您在工会名册中留的是尾号 {number[-4:]} 的手机号，请用它收一条验证码，证明是您本人。",
            facts={"tail": number[-4:]},
        )
    try:
        return codes.try_code(actor, number, code, purpose=CodePurpose.FILE_NUMBER, now=now)
    except (Invalid, Expired, TooMany) as error:
        if error.fields:
            error.fields = {"file_code": error.message}
        raise


def send_file_code(actor: Actor, identity: Identity, *, mobile: str, now: datetime) -> int:
    """A code to the number that the roster holds of somebody who signed in with another one.

    Only after `identify` has found that name and document belong together. Returns the seconds until the next.
    Raises RuleBroken `real_name.first`, `real_name.county`; as `codes.send_code`.
    """
    account_id = _account_of(actor)
    digest = selectors.id_digest(identity.id_type, identity.number)
    matched = RealNameCheck.objects.filter(
        id_digest=digest, account_id=account_id, outcome=Outcome.MATCHED.value, at__gt=now - MATCH_STANDS
    )
    file = _file_of(Person.objects.select_related("merged_into").filter(id_digest=digest).first())
    if file is None or not matched.exists():
        raise RuleBroken("real_name.first", "请先核验姓名和证件号码，再获取验证码。")
    if _proof_needed(file, mobile, today=timezone.localdate(now)) is not Proof.CODE:
        raise RuleBroken("real_name.county", "这份档案没有可以核对的手机号，请提出核实申请，或到工会办理。")
    number = selectors.mobile_for_message(file.pk)
    return codes.send_code(actor, number, purpose=CodePurpose.FILE_NUMBER, now=now)


def file_code_wait(actor: Actor, identity: Identity, *, now: datetime) -> int:
    """Seconds until who asks may have the next code sent to the number of that file; 0 where he asked for none."""
    digest = selectors.id_digest(identity.id_type, identity.number)
    file = _file_of(Person.objects.select_related("merged_into").filter(id_digest=digest).first())
    if file is None or not file.mobile_digest:
        return 0
    return codes.seconds_left(actor, selectors.mobile_for_message(file.pk), now=now)


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
    actor: Actor,
    account_id: int,
    identity: Identity,
    mobile: str,
    answer: Answer,
    *,
    channel: str,
    file_code_id: int | None,
    now: datetime,
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
        if file_code_id is not None:
            codes.spend_code(file_code_id, now=now)
        elif matched and _proof_needed(person, mobile, today=timezone.localdate(now)) is not Proof.NOTHING:
            raise WrongState  # it was given a number or a role meanwhile
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
    unchanged = {"id": person.pk, "account_id": None, "mobile_digest": person.mobile_digest}
    if not change_rows(Person, unchanged, values):
        raise WrongState
    return True


@transaction.atomic
def rebind(
    actor: Actor, person_id: int, *, old_account_id: int | None, new_account_id: int, mobile: str, now: datetime
) -> None:
    """Change a person over to another account, or to his first, after a decided dispute; the old number is told.

    Raises RuleBroken `real_name.has_role` for who holds a role or is asked for one: his roles are taken back first, by
    who gives them. Raises WrongState where the binding has changed meanwhile.
    """
    person = Person.objects.get(pk=person_id)
    if registry.holds_role(person_id, timezone.localdate(now)):
        raise RuleBroken(
            "real_name.has_role",
            "这位同志担任工会工作角色，不能直接改绑账号。请先由安全管理员收回授权，改绑后再重新授权。",
        )
    notify.send(
        "people.mobile_replaced", person_id=person_id, context={"name": masks.mask_name_public(person.name)}, now=now
    )
    values = {"account_id": new_account_id, **mobile_columns(person.public_id, mobile)}
    if old_account_id is None and person.real_name_level < 3:
        values["verify_pending"] = True
    if not change_rows(Person, {"id": person_id, "account_id": old_account_id}, values):
        raise WrongState
    if old_account_id is None:
        events.person_bound.announce(events.PersonBound(person_id, new_account_id, now))
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
