"""Consents: agreeing, withdrawing, and publishing a wording."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from zhijia.foundation.accounts.events import AccountSignedIn
from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import Invalid, NotAllowed, RuleBroken
from zhijia.organization.people import selectors, texts
from zhijia.organization.people.models import Consent, ConsentText, Purpose
from zhijia.organization.people.permissions import Permission


@transaction.atomic
def give_consents(actor: Actor, purposes: Iterable[str], *, channel: str, now: datetime) -> None:
    """Agree to the wordings in force; agreeing twice changes nothing. Raises NotSignedIn, Invalid `consent.unknown`."""
    account_id = actor.account_id
    if account_id is None:
        actor.require_person()
        return
    for purpose in purposes:
        text = selectors.current_text(purpose, now=now) if purpose in Purpose.values else None
        if text is None:
            raise Invalid("consent.unknown", "这份同意书暂未发布，请稍后再试。")
        given = Consent.objects.filter(account_id=account_id, purpose=purpose, version=text.version)
        if given.filter(withdrawn_at__isnull=True).exists():
            continue
        try:
            with transaction.atomic():
                insert_row(
                    Consent,
                    account_id=account_id,
                    person_id=actor.person_id,
                    purpose=purpose,
                    version=text.version,
                    given_at=now,
                    channel=channel,
                    withdrawn_at=None,
                )
        except IntegrityError:
            continue
        audit.record(
            actor,
            "people.consent",
            ("consent", purpose),
            now=now,
            concerns=actor.person_id,
            detail={"version": text.version, "channel": channel},
        )


def keep_agreements(event: AccountSignedIn) -> None:
    """What was ticked at the sign-in, where its wording is published: nobody is kept out by a missing text."""
    actor = Actor(Kind.PERSON, account_id=event.account_id, person_id=selectors.person_id_of_account(event.account_id))
    published = [purpose for purpose in event.agreed if selectors.current_text(purpose, now=event.at) is not None]
    give_consents(actor, published, channel="web", now=event.at)


@transaction.atomic
def withdraw_consent(actor: Actor, purpose: str, *, now: datetime) -> int:
    """Take a consent back; the service that needs it stops, the membership goes on. Returns how many rows closed."""
    account_id = actor.account_id
    if account_id is None:
        actor.require_person()
        return 0
    where = {"account_id": account_id, "purpose": purpose, "withdrawn_at": None}
    closed = change_rows(Consent, where, {"withdrawn_at": now})
    if closed:
        audit.record(actor, "people.consent_withdrawn", ("consent", purpose), now=now, concerns=actor.person_id)
    return closed


def _checked_wording(title: str, body: str) -> tuple[str, str]:
    """Raises Invalid `consent.text` naming every bad field."""
    title, body = title.strip(), body.replace("\r\n", "\n").strip()
    wrong = {}
    if not 2 <= len(title) <= 60:
        wrong["title"] = "标题应为 2 到 60 个字。"
    if not 20 <= len(body) <= 20_000:
        wrong["body"] = "正文应为 20 到 20000 个字。"
    if wrong:
        raise Invalid("consent.text", "标题应为 2 到 60 个字，正文应为 20 到 20000 个字。", fields=wrong)
    return title, body


@transaction.atomic
def publish_consent_text(
    actor: Actor, purpose: str, *, title: str, body: str, valid_from: datetime, made_by: int | None, now: datetime
) -> ConsentText:
    """A new wording; from `valid_from` on people are asked again. The editor's second person calls this.

    Raises NotAllowed, Invalid `consent.text`, RuleBroken `case.same_person`.
    """
    if not actor.is_system and selectors.top_unit(actor, Permission.CONSENT_PUBLISH) is None:
        raise NotAllowed
    if made_by is not None and made_by == actor.person_id:
        raise RuleBroken("case.same_person", "经办和复核须由两个人分别办理，请交由另一位同事复核。")
    title, body = _checked_wording(title, body)
    if purpose not in Purpose.values:
        raise Invalid("consent.text", "没有这种同意书，请从列表中选择。")
    newest = selectors.newest_text(purpose)
    text = ConsentText.objects.create(
        purpose=purpose,
        version=(newest.version if newest else 0) + 1,
        title=title,
        body=body,
        digest=hashlib.sha256(body.encode()).hexdigest(),
        valid_from=valid_from,
        made_by=made_by,
        checked_by=actor.person_id,
    )
    audit.record(
        actor,
        "people.consent_text",
        ("consent_text", f"{purpose}:{text.version}"),
        now=now,
        after={"title": title, "digest": text.digest},
        detail={"valid_from": valid_from.isoformat()},
    )
    return text


def publish_defaults(**_kwargs: object) -> None:
    """After a migration: a fresh database has a first wording of every consent."""
    texts.publish_defaults(now=texts.ALWAYS)
