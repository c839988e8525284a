"""Reading persons. Numbers come out masked; the full ones only by `read_numbers`, which leaves an audit row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from zhijia.foundation.audit import services as audit
from zhijia.kernel import masks
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotFound

from .models import Consent, ConsentText, Person, Purpose

ID_NUMBER = Purpose.ID_NUMBER.value
PRIVACY = Purpose.PRIVACY.value
AGREEMENT = Purpose.AGREEMENT.value


def id_digest(id_type: str, number: str) -> str:
    return str(settings.ZHIJIA_KEYS.index.of(id_type, number))


def mobile_digest(number: str) -> str:
    return str(settings.ZHIJIA_KEYS.index.of("MOBILE", number))


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as other capabilities see him; the numbers are masked already."""

    id: int
    public_id: str
    name: str
    masked_name: str
    surname_masked: str
    name_key: str
    initials: str
    id_type: str
    id_masked: str
    mobile_masked: str
    sex: str
    birth_year: int | None
    real_name_level: int
    verify_pending: bool
    account_id: int | None
    rural_hukou: bool | None
    ethnicity: str
    education: str
    political_status: str
    merged_into_id: int | None

    def __repr__(self) -> str:
        return f"<PersonFacts {self.public_id}>"


def facts_from(person: Person) -> PersonFacts:
    return PersonFacts(
        id=person.pk,
        public_id=person.public_id,
        name=person.name,
        masked_name=masks.mask_name(person.name),
        surname_masked=masks.mask_name_public(person.name),
        name_key=person.name_key,
        initials=person.initials,
        id_type=person.id_type,
        id_masked=person.id_masked,
        mobile_masked=person.mobile_masked,
        sex=person.sex,
        birth_year=person.birth_year,
        real_name_level=person.real_name_level,
        verify_pending=person.verify_pending,
        account_id=person.account_id,
        rural_hukou=person.rural_hukou,
        ethnicity=person.ethnicity,
        education=person.education,
        political_status=person.political_status,
        merged_into_id=person.merged_into_id,
    )


def person_id_of_account(account_id: int) -> int | None:
    """The person bound to an account; a merged person's survivor."""
    row = Person.objects.filter(account_id=account_id).values_list("id", "merged_into_id").first()
    if row is None:
        return None
    return row[1] or row[0]


def get_facts(person_id: int) -> PersonFacts:
    """Raises NotFound."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    return facts_from(person)


def facts_of(person_ids: Iterable[int]) -> dict[int, PersonFacts]:
    return {person.pk: facts_from(person) for person in Person.objects.filter(pk__in=set(person_ids))}


def find_by_public_id(public_id: str) -> PersonFacts | None:
    person = Person.objects.filter(public_id=public_id).first()
    return facts_from(person) if person else None


def find_by_id_number(id_type: str, number: str) -> PersonFacts | None:
    """By a normalized document number, through the blind index."""
    person = Person.objects.filter(id_digest=id_digest(id_type, number)).first()
    return facts_from(person) if person else None


def find_by_mobile(number: str) -> list[PersonFacts]:
    """Everybody who gave this normalized mobile number; more than one is possible."""
    return [facts_from(person) for person in Person.objects.filter(mobile_digest=mobile_digest(number)).order_by("id")[:20]]


def born_on(person_id: int) -> date | None:
    """The birthday, for a rule that needs the day; never for a page."""
    person = Person.objects.filter(pk=person_id).only("public_id", "born_sealed").first()
    if person is None or not person.born_sealed:
        return None
    text = settings.ZHIJIA_KEYS.keyring.open_sealed(
        person.born_sealed, table_column="people_person.born", row=person.public_id
    )
    return date.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The full numbers; handle with care."""

    id_number: str
    mobile: str

    def __repr__(self) -> str:
        return "<Numbers>"


def _numbers(person: Person) -> Numbers:
    keyring = settings.ZHIJIA_KEYS.keyring
    mobile = ""
    if person.mobile_sealed:
        mobile = keyring.open_sealed(person.mobile_sealed, table_column="people_person.mobile", row=person.public_id)
    number = keyring.open_sealed(person.id_sealed, table_column="people_person.id", row=person.public_id)
    return Numbers(number, mobile)


def read_numbers(actor: Actor, person_id: int, *, reason: str, now: datetime) -> Numbers:
    """The full ID and mobile numbers, for somebody whose right the caller has checked. Leaves an audit row.

    Raises NotFound, Invalid `people.reason` for a reason under five characters.
    """
    if len(reason.strip()) < 5:
        text = "请写明查看完整号码的原因，至少 5 个字。"
        raise Invalid("people.reason", text, fields={"reason": text})
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    audit.record_read(
        actor, "people.numbers_read", ("person", person.public_id), now=now, reason=reason.strip(), concerns=person.pk
    )
    return _numbers(person)


def mobile_for_message(person_id: int) -> str:
    """The number a text message goes to; for `notify` alone, never shown."""
    person = Person.objects.filter(pk=person_id).only("public_id", "mobile_sealed", "id_sealed").first()
    return _numbers(person).mobile if person else ""


def current_text(purpose: str, *, now: datetime) -> ConsentText | None:
    """The wording in force."""
    return ConsentText.objects.filter(purpose=purpose, valid_from__lte=now).order_by("-version").first()


def consent_state(account_id: int, *, now: datetime) -> dict[str, tuple[ConsentText | None, Consent | None]]:
    """For every purpose the wording in force and what the account gave, None where it did not or withdrew."""
    given = {
        (row.purpose, row.version): row
        for row in Consent.objects.filter(account_id=account_id, withdrawn_at__isnull=True)
    }
    state: dict[str, tuple[ConsentText | None, Consent | None]] = {}
    for purpose in Purpose.values:
        text = current_text(purpose, now=now)
        state[purpose] = (text, given.get((purpose, text.version)) if text else None)
    return state


def has_consent(account_id: int, purpose: str, *, now: datetime) -> bool:
    return consent_state(account_id, now=now)[purpose][1] is not None
