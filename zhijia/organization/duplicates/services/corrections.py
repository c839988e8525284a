"""A cadre mends a member's name, document or number, with a paper; the authority is asked again and the member told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from zhijia.foundation.files import services as files
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import retrying
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.identifiers import normalize_mobile
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.members import selectors
from zhijia.organization.people import services as people_services

PAPER = "duplicates.correction"


@dataclass(frozen=True, slots=True)
class Correction:
    """What should stand there; an empty number or mobile stays as it is."""

    name: str
    id_type: str
    id_number: str
    mobile: str
    reason: str
    papers: Sequence[tuple[str, IO[bytes]]] = ()

    def __repr__(self) -> str:
        return "<Correction>"


@retrying()
@transaction.atomic
def correct_member(actor: Actor, person_public_id: str, said: Correction, *, now: datetime, source: Any = None) -> None:
    """Raises NotFound, NotAllowed, RuleBroken `case.own` `document.check`, Invalid `correct.form` naming every bad
    field, and as `people.services.correct_person` and `files.keep`.
    """
    member = selectors.get_member(actor, person_public_id)
    actor.require(Permission.CORRECT, member.union.path)
    if actor.person_id == member.person.id:
        raise RuleBroken("case.own", "这是您本人的事项，需由其他人办理。")
    wrong: dict[str, str] = {}
    mobile: str | None = None
    if said.mobile.strip():
        try:
            mobile = normalize_mobile(said.mobile)
        except Invalid as error:
            wrong["mobile"] = error.message
    if not 5 <= len(said.reason.strip()) <= 200:
        wrong["reason"] = "请写明更正原因，5 到 200 个字。"
    if not said.papers:
        wrong["papers"] = "请上传证件照片或证明材料。"
    if wrong:
        raise Invalid("correct.form", "还有内容需要修改，请按提示改好后再提交。", fields=wrong)
    person = people_services.correct_person(
        actor,
        member.person.id,
        name=said.name,
        id_type=said.id_type,
        id_number=said.id_number,
        mobile=mobile,
        reason=said.reason.strip(),
        now=now,
        source=source,
    )
    for name, content in said.papers:
        files.keep(
            actor,
            content,
            use=PAPER,
            name=name,
            about=("person", person.public_id),
            unit_id=member.union.id,
            now=now,
        )
