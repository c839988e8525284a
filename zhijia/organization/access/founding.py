"""A new platform: its province, its tree of unions, and its first administrators, once.

Nobody may give himself a role, and two persons decide on every one; so the first of them come from whoever holds the
server, by this one door that then closes. Source: docs/rules/access.md#the-first-administrators
"""

from __future__ import annotations

import dataclasses
import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.accounts.services import invite_staff
from zhijia.foundation.accounts.services.opening import open_account
from zhijia.foundation.audit import services as audit
from zhijia.foundation.regions import selectors as regions, services as region_services
from zhijia.foundation.ui.site import Site, write_site
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.kernel.actor import SYSTEM, Scope
from zhijia.kernel.db import advisory_lock
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken, WrongState
from zhijia.kernel.identifiers import normalize_mobile
from zhijia.kernel.ids import Randomness
from zhijia.kernel.masks import mask_name
from zhijia.organization.people import services as people
from zhijia.organization.unions import building, selectors as unions

from . import rules
from .models import RoleGrant
from .roles import ROLES, Role

ADMINISTRATORS: Mapping[str, Role] = {
    "system": Role.OPERATOR,
    "security": Role.SECURITY_ADMIN,
    "audit": Role.AUDIT_ADMIN,
}
LEAST: Mapping[str, int] = {"system": 1, "security": 2, "audit": 1}
"""Two for security: with one, nobody could ever give a second role, since who checks is never who asked."""
PERIOD = timedelta(days=3 * 365)
TOKEN_BYTES = 24
SITE_KEYS = frozenset(each.name for each in fields(Site)) - {"desk", "home", "sign_in"}


@dataclass(frozen=True, slots=True)
class Administrator:
    """`post` is `system`, `security` or `audit`; the other three are as on the identity card and the telephone."""

    post: str
    name: str
    id_number: str
    mobile: str

    def __repr__(self) -> str:
        return f"<Administrator {self.post}>"


@dataclass(frozen=True, slots=True)
class Answers:
    """What `found` must know. `site` holds names as `foundation.ui.site.Site` calls them."""

    administrators: tuple[Administrator, ...]
    site: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Invited:
    """An administrator and the one-time link to him, good for 72 hours."""

    post: str
    role: str
    name: str
    link: str


@dataclass(frozen=True, slots=True)
class Founded:
    """`unions` counts the general unions made, 0 where the tree stood already."""

    unions: int
    invited: tuple[Invited, ...]


def read_answers(said: Mapping[str, Any]) -> Answers:
    """From a file: `{"site": {...}, "administrators": [{"post", "name", "id_number", "mobile"}, ...]}`.

    Raises Invalid `init.answers`, `init.site`.
    """
    wrong = set(said) - {"site", "administrators"}
    rows, site = said.get("administrators", []), said.get("site", {})
    if wrong or not isinstance(rows, list) or not isinstance(site, dict):
        raise Invalid(
            "init.answers", "回答文件只能有 site 一节和若干 administrators，请对照 docs/runbooks/start.md 修改。"
        )
    names = [each.name for each in fields(Administrator)]
    for row in rows:
        if not isinstance(row, dict) or set(row) != set(names) or not all(isinstance(v, str) for v in row.values()):
            raise Invalid("init.answers", f"每位管理员要写明 {'、'.join(names)} 四项，都用引号括起来。")
    unknown = sorted(set(site) - SITE_KEYS)
    if unknown:
        raise Invalid(
            "init.site", f"site 里不认识这些项：{'、'.join(unknown)}。可用的是：{'、'.join(sorted(SITE_KEYS))}。"
        )
    return Answers(tuple(Administrator(**row) for row in rows), {key: str(value) for key, value in site.items()})


def province_code() -> str:
    return f"{settings.ZHIJIA_PROVINCE}0000000000"


def require_new() -> None:
    """Raises WrongState `init.done` where somebody holds, or held, a role."""
    if RoleGrant.objects.exists():
        raise WrongState(
            "init.done", "平台已经初始化过，不能再做一次。新的管理员请由现有的安全管理员在工作台申请并复核授权。"
        )


def check_administrators(administrators: Sequence[Administrator], *, today: date) -> None:
    """Everything that can be seen without the authority.

    Raises Invalid `init.post`, `init.missing`, `init.same_person`, and as `people.read_identity`, `normalize_mobile`.
    """
    for each in administrators:
        if each.post not in ADMINISTRATORS:
            raise Invalid("init.post", f"管理员的 post 只能是 {'、'.join(ADMINISTRATORS)}。")
        people.read_identity(each.name, "RESIDENT_ID", each.id_number, today=today)
        normalize_mobile(each.mobile)
    have = Counter(each.post for each in administrators)
    short = [f"{ROLES[ADMINISTRATORS[post]].label} {least} 位" for post, least in LEAST.items() if have[post] < least]
    if short:
        raise Invalid("init.missing", f"首批管理员至少要有：{'、'.join(short)}。授权须一人申请、另一人复核。")
    if _repeats(
        people.read_identity(each.name, "RESIDENT_ID", each.id_number, today=today).number for each in administrators
    ):
        raise Invalid("init.same_person", "两个岗位填了同一个人。系统、安全、审计管理员须由不同的人担任。")
    if _repeats(normalize_mobile(each.mobile) for each in administrators):
        raise Invalid("init.same_person", "两个人填了同一个手机号。每位管理员须用本人的手机号登录。")


def _repeats(values: Iterable[str]) -> bool:
    return any(count > 1 for count in Counter(values).values())


def found(
    answers: Answers,
    *,
    now: datetime,
    say: Callable[[str], None] = lambda _text: None,
    source: Any = None,
    randomness: Randomness = secrets.token_bytes,
    site_file: Path | None = None,
) -> Founded:
    """Regions and unions where there are none, the administrators with their roles and invitations, the names.

    All or nothing, and once: of two at the same moment one is refused. `source` stands for the authority in tests.
    Raises WrongState `init.done`, Invalid as `check_administrators`, RuleBroken `init.real_name`, NotFound for a
    province that no region has.
    """
    today = timezone.localdate(now)
    check_administrators(answers.administrators, today=today)
    with transaction.atomic():
        with advisory_lock("access.founding"):
            require_new()
        if not regions.list_under(settings.ZHIJIA_PROVINCE, 2):
            loaded = region_services.load_packaged(SYSTEM, now=now)
            say(f"载入行政区划 {loaded.added:,} 条")
        made, top = _tree(say, now=now)
        invited = tuple(
            _appoint(each, top, source=source, randomness=randomness, now=now) for each in answers.administrators
        )
        audit.record(
            SYSTEM,
            "access.founded",
            ("union", top.public_id),
            now=now,
            unit_id=top.id,
            detail={"unions": made, "administrators": len(invited), "site": sorted(answers.site)},
        )
    # The file comes last: what it names is shown from the next start on, and a platform that failed keeps none.
    if answers.site:
        write_site(site_file or settings.ZHIJIA_SITE_FILE, answers.site)
    return Founded(made, invited)


def _tree(say: Callable[[str], None], *, now: datetime) -> tuple[int, unions.UnionFacts]:
    """How many general unions were made, and the province's own. Unions that stand already stay as they are."""
    code, made = province_code(), 0
    tops = unions.tops(Scope(everything=True), limit=1)
    if not tops:
        made = len(building.build_tree(SYSTEM, code, now=now, founded_on=None))
        say(f"建立各级总工会 {made:,} 个，每个乡镇（街道）都有网上会员之家")
        tops = unions.tops(Scope(everything=True), limit=1)
    if not tops or tops[0].region != code:
        raise NotFound(
            "init.province", f"数据库里的工会不属于 ZHIJIA_PROVINCE={settings.ZHIJIA_PROVINCE} 这个省，请核对设置。"
        )
    return made, tops[0]


def _appoint(
    each: Administrator, top: unions.UnionFacts, *, source: Any, randomness: Randomness, now: datetime
) -> Invited:
    today = timezone.localdate(now)
    role = ADMINISTRATORS[each.post]
    rules.check_role(role, top.level)
    mobile = normalize_mobile(each.mobile)
    account = open_account(SYSTEM, mobile, now=now)
    identity = people.read_identity(each.name, "RESIDENT_ID", each.id_number, today=today)
    himself = dataclasses.replace(SYSTEM, account_id=account.pk)
    person = people.identify(himself, identity, mobile=mobile, channel="init", now=now, source=source).person
    if person.real_name_level < 3:
        raise RuleBroken(
            "init.real_name", "实名核验服务暂时没有响应，管理员必须先核验实名。什么都没有写入，请稍后再运行。"
        )
    case = workflow.open_case(
        rules.GRANT,
        SYSTEM,
        title=f"{person.masked_name} · {ROLES[role].label}",
        unit_id=top.id,
        other_unit_id=top.id,
        owner_person_id=None,
        now=now,
        start=TwoPersons.IN_FORCE,
        note=top.name,
        history_note="平台初始化时设立的首批管理员",
    )
    grant = RoleGrant.objects.create(
        case=case,
        person_id=person.id,
        union_id=top.id,
        role=role,
        since=today,
        until=today + PERIOD,
        reason="平台初始化",
        in_force=True,
        created_at=now,
    )
    audit.record(
        SYSTEM,
        "access.first_admin",
        ("grant", grant.pk),
        now=now,
        unit_id=top.id,
        concerns=person.id,
        detail={"role": role},
    )
    token = randomness(TOKEN_BYTES)
    invite_staff(SYSTEM, mobile, unit_id=top.id, now=now, randomness=lambda count: token[:count])
    address = reverse("accounts:invitation", args=[urlsafe_b64encode(token).decode()])
    return Invited(each.post, ROLES[role].label, mask_name(person.name), f"{settings.ZHIJIA_PUBLIC_URL}{address}")
