"""Consents: agreeing, withdrawing, and new wordings by two persons."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.accounts.events import AccountSignedIn
from zhijia.foundation.audit import services as audit
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, RuleBroken, Stale
from zhijia.organization.people import rules, selectors, texts
from zhijia.organization.people.models import Consent, ConsentDraft, ConsentText, Purpose
from zhijia.organization.people.permissions import Permission

LONGEST_WAIT = timedelta(days=366)


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


@retrying()
@transaction.atomic
def draft_text(
    actor: Actor, purpose: str, *, title: str, body: str, valid_from: date, reason: str, now: datetime
) -> ConsentDraft:
    """Propose a new wording from a day on; somebody else must agree.

    Wordings hold for the whole province, so the right is asked for at the union on top of the tree. Raises NotAllowed,
    NotFound for an unknown purpose, Invalid `consent.text` `consent.unchanged` `consent.from` `consent.reason`,
    Duplicate `people.consent_text.already_open`.
    Source: docs/rules/people.md#new-wordings
    """
    top = selectors.top_unit(actor, Permission.CONSENT_EDIT)
    if top is None:
        raise NotAllowed("consent.province_only", "同意书由省级统一制定，您可以查看，修改请联系省级管理员。")
    if purpose not in Purpose.values:
        raise NotFound
    title, body = _checked_wording(title, body)
    newest = selectors.newest_text(purpose)
    today = timezone.localdate(now)
    wrong = {}
    if newest is not None and (newest.title, newest.body) == (title, body):
        wrong["body"] = "内容与现有版本完全相同，请修改后再提交。"
    if not today < valid_from <= today + LONGEST_WAIT:
        wrong["valid_from"] = "生效日期应在明天到一年之内，以便复核和告知。"
    elif newest is not None and _midnight(valid_from) <= newest.valid_from:
        wrong["valid_from"] = f"生效日期要晚于第 {newest.version} 版的 {timezone.localdate(newest.valid_from)}。"
    if len(reason.strip()) < 4:
        wrong["reason"] = "请写明修改原因，至少 4 个字。"
    if wrong:
        raise Invalid("consent.draft", "还有内容需要修改，请核对后重新提交。", fields=wrong)
    case = workflow.open_case(
        rules.CONSENT_TEXT,
        actor,
        title=f"{Purpose(purpose).label} 第 {(newest.version if newest else 0) + 1} 版",
        unit_id=top,
        owner_person_id=None,
        now=now,
        open_key=f"consent:{purpose}",
        note=reason.strip()[:200],
    )
    return ConsentDraft.objects.create(
        case=case,
        purpose=purpose,
        title=title,
        body=body,
        valid_from=_midnight(valid_from),
        reason=reason.strip()[:200],
        base_version=newest.version if newest else 0,
        made_by=actor.person_id,
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _find_draft(public_id: str) -> ConsentDraft:
    draft = ConsentDraft.objects.select_related("case").filter(case__public_id=public_id).first()
    if draft is None:
        raise NotFound
    return draft


@retrying()
@transaction.atomic
def decide_text(
    actor: Actor, public_id: str, *, agree: bool, note: str, now: datetime, version: int | None = None
) -> ConsentText | None:
    """The second person agrees, and the wording is published for its day, or sends it back with a reason.

    Raises NotFound, NotAllowed, RuleBroken `case.same_person`, WrongState, Invalid `case.missing` for a refusal without
    a note, Stale where another wording was published meanwhile.
    """
    draft = _find_draft(public_id)
    note = note.strip()[:500]
    if not agree:
        workflow.move(draft.case, "refuse", actor=actor, now=now, given={"note": note}, note=note, version=version)
        return None
    workflow.move(draft.case, "publish", actor=actor, now=now, note=note, version=version)
    newest = selectors.newest_text(draft.purpose)
    if (newest.version if newest else 0) != draft.base_version:
        raise Stale
    return publish_consent_text(
        actor,
        draft.purpose,
        title=draft.title,
        body=draft.body,
        valid_from=max(draft.valid_from, now),
        made_by=draft.made_by,
        now=now,
    )


@retrying()
@transaction.atomic
def withdraw_draft(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Who proposed it takes it back. Raises NotFound for anybody else, WrongState when it is decided."""
    workflow.move(_find_draft(public_id).case, "withdraw", actor=actor, now=now)


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
