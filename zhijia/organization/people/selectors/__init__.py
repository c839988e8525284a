"""Reading persons. Numbers come out masked; the full ones only by `read_numbers`, which leaves an audit row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from zhijia.foundation.audit import services as audit
from zhijia.kernel import db, identifiers, masks
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotFound, NotSignedIn
from zhijia.kernel.registry import registry
from zhijia.organization.people import rules
from zhijia.organization.people.models import ID_TYPES, Consent, ConsentDraft, ConsentText, Person, Purpose
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.sealing import id_digest as _id_digest, mobile_digest as _mobile_digest

id_digest = _id_digest
mobile_digest = _mobile_digest
ID_NUMBER = Purpose.ID_NUMBER.value
PRIVACY = Purpose.PRIVACY.value
AGREEMENT = Purpose.AGREEMENT.value


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
    rows = db.select_rows(Person, ["id", "merged_into_id"], {"account_id": account_id})
    return rows[0][1] or rows[0][0] if rows else None


def get_facts(person_id: int) -> PersonFacts:
    """Raises NotFound."""
    return facts_from(_get(person_id))


def _find(person_id: int) -> Person | None:
    return db.find(Person, id=person_id)


def _get(person_id: int) -> Person:
    person = _find(person_id)
    if person is None:
        raise NotFound
    return person


def public_name(person_id: int) -> str:
    """`张*`: what anybody may know of a person whose card he checks. Raises NotFound."""
    rows = db.select_rows(Person, ["name"], {"id": person_id})
    if not rows:
        raise NotFound
    return masks.mask_name_public(rows[0][0])


def facts_and_birthday(person_id: int) -> tuple[PersonFacts, date | None]:
    """`get_facts` and `born_on` from one read. Raises NotFound."""
    person = _get(person_id)
    return facts_from(person), _birthday(person)


def facts_and_birthdays(person_ids: Iterable[int]) -> list[tuple[PersonFacts, date | None]]:
    """`facts_and_birthday` of several, by id. The birthday is for a rule, never for a list."""
    return [(facts_from(row), _birthday(row)) for row in db.find_rows(Person, {"id": tuple(sorted(set(person_ids)))})]


def with_aliases(person_id: int) -> list[int]:
    """A person's id and those of the duplicates that were merged into him."""
    return [person_id, *Person.objects.filter(merged_into_id=person_id).order_by("id").values_list("id", flat=True)]


def facts_of(person_ids: Iterable[int]) -> dict[int, PersonFacts]:
    found = db.find_rows(Person, {"id": tuple(sorted(set(person_ids)))})
    return {person.pk: facts_from(person) for person in found}


def ids_named(words: str) -> Any:
    """A query for the ids of persons whose name begins so."""
    return Person.objects.filter(name__startswith=identifiers.search_words(words)).values("id")


def find_by_public_id(public_id: str) -> PersonFacts | None:
    person = Person.objects.filter(public_id=public_id).first()
    return facts_from(person) if person else None


def find_by_id_number(id_type: str, number: str) -> PersonFacts | None:
    """By a normalized document number, through the blind index; a merged person's survivor."""
    person = Person.objects.select_related("merged_into").filter(id_digest=id_digest(id_type, number)).first()
    return facts_from(person.merged_into or person) if person else None


def digest_of(person_id: int) -> str:
    """The keyed digest of a person's own document, for a list that is kept by digests. Raises NotFound."""
    rows = db.select_rows(Person, ["id_digest"], {"id": person_id})
    if not rows:
        raise NotFound
    return str(rows[0][0])


def persons_of_digests(digests: Iterable[str]) -> dict[str, int]:
    """Digest to person, for documents that somebody holds and whose file was not merged into another one."""
    rows = db.select_rows(Person, ("id_digest", "id"), {"id_digest": tuple(digests), "merged_into_id": None})
    return dict(rows)


def pairs_of_mobile(person_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of unmerged persons with one mobile number, the first of each among those asked for."""
    own = dict(
        Person.objects.filter(id__in=list(person_ids), merged_into__isnull=True)
        .exclude(mobile_digest="")
        .values_list("id", "mobile_digest")
    )
    sharing: dict[str, list[int]] = {}
    rows = Person.objects.filter(mobile_digest__in=set(own.values()), merged_into__isnull=True)
    for key, digest in rows.exclude(mobile_digest="").values_list("id", "mobile_digest"):
        sharing.setdefault(digest, []).append(key)
    return [(key, other) for key, digest in own.items() for other in sharing[digest] if other != key]


def ids_after(person_id: int, *, limit: int) -> list[int]:
    """The next persons by id: for jobs that walk through all of them."""
    return list(Person.objects.filter(id__gt=person_id).order_by("id").values_list("id", flat=True)[:limit])


def document_label(id_type: str) -> str:
    """What a document is called: 居民身份证."""
    return next((label for code, label in ID_TYPES if code == id_type), id_type)


@dataclass(frozen=True, slots=True)
class Known:
    """A person as a roster meets him: `id` of the survivor where he was merged."""

    id: int
    name: str
    name_key: str
    initials: str
    sex: str
    birth_year: int | None
    real_name_level: int
    account_id: int | None
    rural_hukou: bool | None


_KNOWN = ("id_digest", "merged_into_id", *(name for name in Known.__dataclass_fields__))


def known_by_digests(digests: Iterable[str]) -> dict[str, Known]:
    """Persons by the digests of their numbers, thousands at once."""
    rows = db.select_rows(Person, _KNOWN, {"id_digest": tuple(digests)}, using=DEFAULT_DB_ALIAS)
    merged = {row[1] for row in rows if row[1] is not None}
    survivors = (
        {
            row[2]: Known(*row[2:])
            for row in db.select_rows(Person, _KNOWN, {"id": tuple(merged)}, using=DEFAULT_DB_ALIAS)
        }
        if merged
        else {}
    )
    return {row[0]: survivors[row[1]] if row[1] is not None else Known(*row[2:]) for row in rows}


def find_by_mobile(number: str) -> list[PersonFacts]:
    """Everybody who gave this normalized mobile number; more than one is possible."""
    return [
        facts_from(person) for person in Person.objects.filter(mobile_digest=mobile_digest(number)).order_by("id")[:20]
    ]


def born_on(person_id: int) -> date | None:
    """The birthday, for a rule that needs the day; never for a page."""
    person = _find(person_id)
    return _birthday(person) if person else None


def _birthday(person: Person) -> date | None:
    if not person.born_sealed:
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


def open_for_himself(person_id: int) -> tuple[PersonFacts, Numbers, date | None]:
    """Everything of a person in full, for the copy that he alone receives; making it is what is recorded."""
    person = _get(person_id)
    return facts_from(person), _numbers(person), _birthday(person)


def _mobile(public_id: str, sealed: bytes | memoryview) -> str:
    if not sealed:
        return ""
    return str(settings.ZHIJIA_KEYS.keyring.open_sealed(sealed, table_column="people_person.mobile", row=public_id))


def numbers_for_check(person: Person) -> str:
    """The document's number on its way to the authority, never to a page."""
    return _numbers(person).id_number


def _numbers(person: Person) -> Numbers:
    keyring = settings.ZHIJIA_KEYS.keyring
    number = keyring.open_sealed(person.id_sealed, table_column="people_person.id", row=person.public_id)
    return Numbers(number, _mobile(person.public_id, person.mobile_sealed))


def read_numbers(actor: Actor, person_id: int, *, reason: str, now: datetime, unit_id: int | None = None) -> Numbers:
    """The full ID and mobile numbers, for somebody whose right the caller has checked. Leaves an audit row.

    `unit_id` is the unit he reads for, where that is not the one of his grant.

    Raises NotFound, Invalid `people.reason` for a reason under five characters.
    """
    if len(reason.strip()) < 5:
        text = "请写明查看完整号码的原因，至少 5 个字。"
        raise Invalid("people.reason", text, fields={"reason": text})
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    audit.record_read(
        actor,
        "people.numbers_read",
        ("person", person.public_id),
        now=now,
        reason=reason.strip(),
        unit_id=unit_id,
        concerns=person.pk,
    )
    return _numbers(person)


def mobile_for_message(person_id: int) -> str:
    """The number a text message goes to; for `notify` alone, never shown."""
    rows = db.select_rows(Person, ["public_id", "mobile_sealed"], {"id": person_id})
    return _mobile(*rows[0]) if rows else ""


def current_text(purpose: str, *, now: datetime) -> ConsentText | None:
    """The wording in force."""
    texts = db.find_rows(ConsentText, {"purpose": purpose}, order=["-version"])
    return next((text for text in texts if text.valid_from <= now), None)


def consented_version(account_id: int, purpose: str, *, now: datetime) -> int | None:
    """The wording in force where the account has agreed to it and not taken that back, else None."""
    text = current_text(purpose, now=now)
    if text is None:
        return None
    given = {"account_id": account_id, "purpose": purpose, "version": text.version, "withdrawn_at": None}
    return text.version if db.select_rows(Consent, ["id"], given) else None


def has_consent(account_id: int, purpose: str, *, now: datetime) -> bool:
    return consented_version(account_id, purpose, now=now) is not None


def newest_text(purpose: str) -> ConsentText | None:
    """The last published wording, whether or not its day has come."""
    return ConsentText.objects.filter(purpose=purpose).order_by("-version").first()


def list_texts(purpose: str) -> list[ConsentText]:
    """All published wordings, newest first. Raises NotFound for a purpose that does not exist."""
    if purpose not in Purpose.values:
        raise NotFound
    return list(ConsentText.objects.filter(purpose=purpose).order_by("-version"))


def get_text(purpose: str, version: int | None, *, now: datetime) -> ConsentText:
    """A published wording; without a version the one in force. Raises NotFound."""
    text = (
        current_text(purpose, now=now)
        if version is None
        else ConsentText.objects.filter(purpose=purpose, version=version).first()
    )
    if text is None:
        raise NotFound
    return text


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent a person gave, as he reads it. `outdated`: a newer wording is in force."""

    purpose: str
    label: str
    version: int
    given_at: datetime
    withdrawn_at: datetime | None
    outdated: bool
    effect: str


def list_given(actor: Actor, *, now: datetime) -> list[GivenConsent]:
    """What the account agreed to and took back, newest first. Raises NotSignedIn."""
    if actor.account_id is None:
        raise NotSignedIn
    current = {purpose: current_text(purpose, now=now) for purpose in Purpose.values}
    given = []
    for row in Consent.objects.filter(account_id=actor.account_id).order_by("-given_at", "-id")[:200]:
        text = current.get(row.purpose)
        given.append(
            GivenConsent(
                row.purpose,
                Purpose(row.purpose).label,
                row.version,
                row.given_at,
                row.withdrawn_at,
                text is not None and text.version != row.version,
                rules.WITHDRAWING[row.purpose],
            )
        )
    return given


def texts_to_renew(account_id: int | None, *, now: datetime) -> list[ConsentText]:
    """Wordings an account has to agree to again: it agreed to one of that purpose before, but not to the one in force.

    Who never agreed to anything here (a person from a roster) is asked at the sign-in instead.
    """
    if account_id is None:
        return []
    rows = Consent.objects.filter(account_id=account_id, purpose__in=rules.ASKED_AGAIN)
    given: dict[str, set[int]] = {}
    for purpose, version, withdrawn_at in rows.values_list("purpose", "version", "withdrawn_at"):
        versions = given.setdefault(purpose, set())
        if withdrawn_at is None:
            versions.add(version)
    found = []
    for purpose in rules.ASKED_AGAIN:
        if purpose in given:
            text = current_text(purpose, now=now)
            if text is not None and text.version not in given[purpose]:
                found.append(text)
    return found


def top_unit(actor: Actor, permission: str) -> int | None:
    """The unit on top of the tree where the actor holds `permission`; None where he holds it only below."""
    for grant in actor.living_grants:
        if permission in grant.permissions and registry.units.top(grant.unit_id) == grant.unit_id:
            return grant.unit_id
    return None


def list_drafts(actor: Actor, *, limit: int = 20) -> list[ConsentDraft]:
    """Proposals of the actor's own tree, newest first; none for who may not edit at its top."""
    top = top_unit(actor, Permission.CONSENT_EDIT)
    if top is None:
        return []
    drafts = ConsentDraft.objects.select_related("case").filter(case__unit_id=top)
    return list(drafts.order_by("-id")[:limit])


def find_text(purpose: str, version: int) -> ConsentText | None:
    return ConsentText.objects.filter(purpose=purpose, version=version).first()


def purposes() -> list[tuple[str, str]]:
    """`[("privacy", "个人信息保护政策"), ...]`"""
    return [(purpose.value, str(purpose.label)) for purpose in Purpose]
