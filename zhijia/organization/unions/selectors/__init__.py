"""Reading unions: within a scope for cadres; and the few public facts that anybody may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from zhijia.foundation.regions import naming, selectors as regions
from zhijia.foundation.ui.listing import Query
from zhijia.kernel import db
from zhijia.kernel.actor import Actor, Scope
from zhijia.kernel.errors import Expired, Invalid, NotFound, RuleBroken
from zhijia.kernel.identifiers import normalize_uscc
from zhijia.kernel.ids import is_public_id
from zhijia.kernel.names import text_key
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.pinyin import pinyin_starts
from zhijia.kernel.typed import sought
from zhijia.organization.unions.models import (
    CoveredUnit,
    Employer,
    MemberUnion,
    Union,
    UnionName,
    UnionStatus,
    UnionType,
)
from zhijia.organization.unions.permissions import Permission
from zhijia.organization.unions.rules import JOINABLE_TYPES, ancestors, normalize_union_code

JOINABLE = tuple(sorted(JOINABLE_TYPES))
CLOSED = (UnionStatus.MERGED, UnionStatus.DISSOLVED)


@dataclass(frozen=True, slots=True)
class UnionFacts:
    """What anybody may know of a union, and what other capabilities need of it."""

    id: int
    public_id: str
    code: str
    name: str
    type: str
    level: int
    status: str
    path: str
    region: str
    county_id: int | None
    city_id: int | None
    parent_id: int | None
    employer_id: int | None
    successor_id: int | None
    direct: bool
    notice: str
    phone: str
    address: str
    hours: str

    @property
    def is_open(self) -> bool:
        return self.status == UnionStatus.ACTIVE

    @property
    def is_home(self) -> bool:
        return self.type == UnionType.ONLINE_HOME

    @property
    def type_label(self) -> str:
        return UnionType(self.type).label

    @property
    def status_label(self) -> str:
        return UnionStatus(self.status).label


_FACTS = tuple(UnionFacts.__dataclass_fields__)


def _facts(unions: QuerySet[Union]) -> list[UnionFacts]:
    return [UnionFacts(*row) for row in unions.values_list(*_FACTS)]


def _one(**where: object) -> UnionFacts:
    rows = db.select_rows(Union, _FACTS, where)
    if not rows:
        raise NotFound
    return UnionFacts(*rows[0])


def get_union(actor: Actor, public_id: str) -> Union:
    """A union of the actor's scope. Raises NotFound."""
    union = (
        Union.objects.filter(public_id=public_id).filter(db.in_scope("path", actor.scope)).first()
        if is_public_id(public_id)
        else None
    )
    if union is None:
        raise NotFound
    return union


def get_facts(union_id: int) -> UnionFacts:
    """Raises NotFound."""
    return _one(id=union_id)


def get_facts_by_path(path: str) -> UnionFacts:
    """Raises NotFound."""
    return _one(path=path)


def find_by_code(code: str) -> UnionFacts | None:
    """By the 16-digit code; also of a closed union, so that a page can say so."""
    shaped = len(code) == 16 and code.isascii() and code.isdigit()
    rows = db.select_rows(Union, _FACTS, {"code": code}) if shaped else []
    return UnionFacts(*rows[0]) if rows else None


def find_by_public_id(public_id: str) -> UnionFacts | None:
    """For public pages; closed unions are found too."""
    rows = _facts(Union.objects.filter(public_id=public_id)) if is_public_id(public_id) else []
    return rows[0] if rows else None


def get_by_public_id(public_id: str) -> UnionFacts:
    """Raises NotFound."""
    found = find_by_public_id(public_id)
    if found is None:
        raise NotFound
    return found


def get_by_code(code: str) -> UnionFacts:
    """As somebody types or scans it; the code of a merged union leads to who it goes on in. Raises NotFound
    `join.no_union` for a wrong or unknown code.
    """
    try:
        found = find_by_code(normalize_union_code(code))
    except Invalid:
        found = None
    if found is None:
        raise NotFound("join.no_union", "没有找到这个工会，请核对编码，或扫描工会提供的二维码。")
    return get_facts(found.successor_id) if found.successor_id else found


def facts_of_codes(codes: Iterable[str]) -> dict[str, UnionFacts]:
    """By their codes, thousands at once; also closed ones, and for a merged one who it goes on in."""
    rows = db.select_rows(Union, _FACTS, {"code": tuple(sorted(set(codes)))})
    found = {facts.code: facts for facts in (UnionFacts(*row) for row in rows)}
    later = facts_of(facts.successor_id for facts in found.values() if facts.successor_id)
    return {code: later.get(facts.successor_id or 0, facts) for code, facts in found.items()}


def facts_named(names: Iterable[str], path: str) -> dict[str, list[UnionFacts]]:
    """By full names, below a place of the tree; several may have the same name."""
    keys = {text_key(name): name for name in names}
    found: dict[str, list[UnionFacts]] = {}
    for row in db.select_rows(Union, _FACTS, {"name_key": tuple(sorted(keys))}):
        facts = UnionFacts(*row)
        if facts.path.startswith(path):
            found.setdefault(facts.name, []).append(facts)
    return found


def ids_not_open() -> frozenset[int]:
    """Unions that take nobody now; few of a province's."""
    return frozenset(Union.objects.exclude(status=UnionStatus.ACTIVE).values_list("id", flat=True))


def employers_of_codes(codes: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Credit code → (id, name) of recorded employers."""
    rows = db.select_rows(Employer, ["credit_code", "id", "name"], {"credit_code": tuple(sorted(set(codes)))})
    return {code: (key, name) for code, key, name in rows}


def employers_named(names: Iterable[str]) -> dict[str, list[int]]:
    """Full name → ids of the recorded employers that have it."""
    keys = tuple(sorted({text_key(name) for name in names}))
    found: dict[str, list[int]] = {}
    for key, name in db.select_rows(Employer, ["id", "name"], {"name_key": keys}):
        found.setdefault(name, []).append(key)
    return found


def employers_of(employer_ids: Iterable[int]) -> dict[int, Employer]:
    """Recorded employers by id."""
    return Employer.objects.in_bulk(list(employer_ids))


def employer_names(employer_ids: Iterable[int]) -> dict[int, str]:
    return dict(db.select_rows(Employer, ["id", "name"], {"id": tuple(sorted(set(employer_ids)))}))


def facts_of(union_ids: Iterable[int]) -> dict[int, UnionFacts]:
    rows = db.select_rows(Union, _FACTS, {"id": tuple(sorted(set(union_ids)))})
    return {row[0]: UnionFacts(*row) for row in rows}


def home_of_region(region: str) -> UnionFacts | None:
    """The online members' home of a township, by its 12-digit code."""
    rows = _facts(Union.objects.filter(region=region, type=UnionType.ONLINE_HOME).exclude(status__in=CLOSED))
    return rows[0] if rows else None


def homes_of_regions(codes: Iterable[str]) -> list[UnionFacts]:
    """The online homes of several townships, in the order of their codes."""
    homes = Union.objects.filter(region__in=list(codes), type=UnionType.ONLINE_HOME, status=UnionStatus.ACTIVE)
    return _facts(homes.order_by("region"))


def list_public_in_region(region: str, *, limit: int = 20) -> list[UnionFacts]:
    """Open unions of a township that workers may join, online home apart."""
    rows = Union.objects.filter(region=region, status=UnionStatus.ACTIVE, type__in=JOINABLE).exclude(
        type=UnionType.ONLINE_HOME
    )
    return _facts(rows.order_by("name_key", "id")[:limit])


def ids_below(path: str, *, limit: int = 50_000) -> list[int]:
    """Ids of the union at `path` and everything under it."""
    return list(Union.objects.filter(db.subtree("path", path)).values_list("id", flat=True)[:limit])


def union_covering(employer_id: int) -> UnionFacts | None:
    """The union that represents an employer's workers today."""
    rows = _facts(
        Union.objects.filter(
            id__in=CoveredUnit.objects.filter(employer_id=employer_id, until__isnull=True).values("union_id")
        )
    )
    return rows[0] if rows else None


def ids_within(scope: Scope) -> QuerySet[Union, int]:
    """The ids of all unions of a scope, as a query."""
    return Union.objects.filter(db.in_scope("path", scope)).values_list("id", flat=True)


def employer_ids_of(union_id: int, *, limit: int = 1_000) -> list[int]:
    """The employers that a union covers today."""
    rows = CoveredUnit.objects.filter(union_id=union_id, until__isnull=True)
    return list(rows.order_by("id").values_list("employer_id", flat=True)[:limit])


def unions_covering(employer_ids: Iterable[int]) -> dict[int, UnionFacts]:
    """Employer id to the union that represents its workers today; two queries."""
    pairs = dict(
        CoveredUnit.objects.filter(employer_id__in=set(employer_ids), until__isnull=True).values_list(
            "employer_id", "union_id"
        )
    )
    facts = facts_of(pairs.values())
    return {employer: facts[union] for employer, union in pairs.items()}


def find_employer(credit_code: str) -> Employer | None:
    return Employer.objects.filter(credit_code=credit_code).first()


def find_employer_by_name(name: str) -> Employer | None:
    """By the full name; None where no employer, or more than one, is called so."""
    if not name.isprintable():
        return None
    found = db.find_rows(Employer, {"name_key": text_key(name), "name": name}, limit=2)
    return found[0] if len(found) == 1 else None


def get_employer_name(employer_id: int) -> str:
    return Employer.objects.values_list("name", flat=True).get(pk=employer_id)


def find_employer_by_public_id(public_id: str) -> Employer | None:
    return Employer.objects.filter(public_id=public_id).first() if is_public_id(public_id) else None


def search_employers(text: str, *, region_prefix: str = "", limit: int = 10) -> list[Employer]:
    """Employers whose name contains `text`, within a region; for the applicant's choice."""
    plain = sought(text)[:60]
    employers = Employer.objects.filter(naming.names("name", plain)) if plain else Employer.objects.none()
    if region_prefix:
        employers = employers.filter(region__gte=region_prefix, region__lt=region_prefix + "~")
    return list(employers.order_by("name_key")[:limit])


def nearest_open_upper(union: UnionFacts) -> UnionFacts | None:
    """The nearest upper union that is open; used when a union has closed."""
    rows = _facts(
        Union.objects.filter(path__in=ancestors(union.path)[:-1], status=UnionStatus.ACTIVE).order_by("-level")
    )
    return rows[0] if rows else None


def breadcrumb(path: str) -> list[UnionFacts]:
    """From the top to the union itself."""
    return sorted(_facts(Union.objects.filter(path__in=ancestors(path))), key=lambda facts: len(facts.path))


def list_children(parent_id: int, *, limit: int) -> list[UnionFacts]:
    """Direct children that are not closed, in tree order; the caller has checked the parent."""
    unions = Union.objects.filter(parent_id=parent_id).exclude(status__in=CLOSED)
    return _facts(unions.order_by("path")[:limit])


def get_union_to_view(actor: Actor, public_id: str) -> Union:
    """A union where the actor may look. Raises NotFound, NotAllowed where only the right is missing."""
    union = get_union(actor, public_id)
    actor.require(Permission.VIEW, union.path)
    return union


def tops(scope: Scope, *, limit: int = 100) -> list[UnionFacts]:
    """The highest unions of a scope, by level."""
    unions = (
        Union.objects.filter(parent__isnull=True) if scope.everything else Union.objects.filter(path__in=scope.paths)
    )
    return _facts(unions.exclude(status__in=CLOSED).order_by("level", "path")[:limit])


def top() -> UnionFacts:
    """The province's own union. Raises NotFound where none has been opened yet."""
    return _one(parent_id=None)


def children(actor: Actor, parent_id: int | None, *, after: str = "", limit: int = 100) -> Page[Union]:
    """Direct children in tree order, narrowed by scope; `None` gives the roots of the actor's scope.

    Raises Invalid `request.page`.
    """
    scope = actor.scope_for(Permission.VIEW)
    unions = Union.objects.filter(db.in_scope("path", scope)).exclude(status__in=CLOSED)
    if parent_id is not None:
        unions = unions.filter(parent_id=parent_id)
    elif scope.everything:
        unions = unions.filter(parent_id__isnull=True)
    else:
        unions = unions.filter(path__in=scope.paths)
    return page_of(unions, ("path",), after=after, limit=limit)


def chain_in_scope(actor: Actor, union: Union) -> list[Union]:
    """From the root of the actor's scope down to the union itself."""
    scope = actor.scope_for(Permission.VIEW)
    rows = Union.objects.filter(path__in=ancestors(union.path)).filter(db.in_scope("path", scope))
    return sorted(rows, key=lambda row: len(row.path))


@dataclass(frozen=True, slots=True)
class FoundUnion:
    """A union of a list, and the name of its division."""

    union: UnionFacts
    place: str


def list_unions(actor: Actor, query: Query) -> Page[FoundUnion]:
    """Unions in the scope that the words and the type mean, also closed ones, from the top. Raises NotAllowed."""
    actor.require_anywhere(Permission.VIEW)
    rows = Union.objects.filter(db.in_scope("path", actor.scope_for(Permission.VIEW)))
    if query.search:
        rows = rows.filter(matching(query.search))
    if union_type := query.filters.get("type"):
        rows = rows.filter(type=union_type)
    page = page_of(rows, ("level", "path"), after=query.after, limit=query.limit)
    places = regions.names_of({row.region for row in page.rows})
    facts = facts_of(row.pk for row in page.rows)
    return page.of(FoundUnion(facts[row.pk], places.get(row.region, "")) for row in page.rows)


def search(
    scope: Scope, text: str, *, types: Iterable[str] = (), limit: int = 20, closed: bool = False
) -> list[UnionFacts]:
    """By union code, credit code, a part of the name, pinyin or initials; within the scope. Who is sought by a code or
    name of before is found as he is now.
    """
    text = sought(text)[:60]
    if not text:
        return []
    goes_on = Q(pk__in=Union.objects.filter(matching(text), successor__isnull=False).values("successor"))
    unions = Union.objects.filter(db.in_scope("path", scope)).filter(matching(text) | goes_on)
    if not closed:
        unions = unions.exclude(status__in=CLOSED)
    if types:
        unions = unions.filter(type__in=list(types))
    return _facts(unions.order_by("level", "path")[:limit])


def search_public(text: str, *, types: Iterable[str] = (), limit: int = 20) -> list[UnionFacts]:
    """For anyone who looks for his union: open unions only."""
    return [facts for facts in search(Scope(everything=True), text, types=types, limit=limit) if facts.is_open]


def matching(text: str) -> Q:
    """The condition that `text` names a union in one of the ways people know it.

    Letters are the initials of the name, its pinyin with or without blanks, or the beginning of a credit code.
    """
    compact = "".join(sought(text).split())
    if compact.isascii() and len(compact) == 16 and compact.isdigit():
        return Q(code=compact)
    if compact.isascii() and len(compact) == 18:
        return Q(credit_code=compact.upper()) | Q(employer__credit_code=compact.upper())
    if compact.isascii():
        low = compact.lower()
        named = Q(initials__gte=low, initials__lt=low + "~")
        for start in pinyin_starts(low):
            named |= Q(name_key__gte=start, name_key__lt=start + "~")
        return named | _named_before(named) | Q(code__gte=low, code__lt=low + "~")
    named = Q()
    for word in sought(text).split():  # 莱阳 第一中心小学
        named &= naming.names("name", word)
    return named | _named_before(named)


def _named_before(named: Q) -> Q:
    """A condition on names, of a name that a union had before."""
    return Q(pk__in=UnionName.objects.filter(named).values("union"))


def match_employer(credit_code: str, name: str) -> Employer | None:
    """The recorded employer with this credit code, or, where none is given, the only one of this full name.

    Raises Invalid `uscc.…`, `employer.ambiguous`, `employer.unnamed`.
    """
    if credit_code.strip():
        return find_employer(normalize_uscc(credit_code))
    clean = " ".join(name.split())
    if not clean or not clean.isprintable():
        words = "请填写单位的统一社会信用代码，或单位全称。"
        raise Invalid("employer.unnamed", words, fields={"credit_code": words})
    found = list(Employer.objects.filter(name_key=text_key(clean), name=clean)[:2])
    if len(found) > 1:
        words = "叫这个名称的单位不止一个，请填写统一社会信用代码。"
        raise Invalid("employer.ambiguous", words, fields={"credit_code": words})
    return found[0] if found else None


def list_covered(union_id: int, *, after: str = "") -> Page[CoveredUnit]:
    """Employers a union covers today with their facts, in the order they were added."""
    rows = CoveredUnit.objects.filter(union_id=union_id, until__isnull=True)
    return page_of(rows.select_related("employer"), ("id",), after=after)


def coverage_figures(union_id: int) -> tuple[int, int]:
    """How many employers a union covers today, and the workers they declare."""
    rows = CoveredUnit.objects.filter(union_id=union_id, until__isnull=True)
    found = rows.aggregate(employers=Count("id"), workers=Sum("employer__headcount"))
    return found["employers"], found["workers"] or 0


def list_member_unions(federation_id: int, *, after: str = "") -> Page[MemberUnion]:
    """Unions a federation lists today, in the order they were listed."""
    rows = MemberUnion.objects.filter(federation_id=federation_id, until__isnull=True)
    return page_of(rows.select_related("member"), ("id",), after=after)


def relations_of(union: Union) -> dict[str, UnionFacts | None]:
    """`{"parent", "industry_parent", "fund_parent"}`: who leads, who guides, where money goes up."""
    keys = {
        "parent": union.parent_id,
        "industry_parent": union.industry_parent_id,
        "fund_parent": union.fund_parent_id,
    }
    found = facts_of(key for key in keys.values() if key)
    return {name: found.get(key) if key else None for name, key in keys.items()}


def require_takes_members(union: UnionFacts) -> None:
    """Whether workers may join here.

    Raises RuleBroken `union.takes_no_members` above the grassroots; else as `require_open`.
    """
    if union.type not in JOINABLE:
        raise RuleBroken(
            "union.takes_no_members",
            f"“{union.name}”不直接接收会员，请加入所在单位的工会，或工作地、居住地的网上会员之家。",
        )
    require_open(union)


def require_open(union: UnionFacts) -> None:
    """Raises Expired `union.closed`; `facts["nearest"]` is the union to turn to: who a merged one goes on in, the
    online home, an upper union.
    """
    if union.is_open:
        return
    heir = get_facts(union.successor_id) if union.successor_id else None
    if heir is not None and heir.is_open:
        words = f"“{union.name}”已并入“{heir.name}”，请加入“{heir.name}”。"
        raise Expired("union.closed", words, facts={"nearest": heir.public_id})
    nearest = home_of_region(union.region[:9] + "000") or nearest_open_upper(union)
    words = f"可以改为加入“{nearest.name}”。" if nearest else "请拨打服务热线咨询。"
    raise Expired(
        "union.closed",
        f"“{union.name}”目前不办理入会，{words}",
        facts={"nearest": nearest.public_id if nearest else ""},
    )
