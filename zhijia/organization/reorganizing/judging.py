"""What a change may be, judged when it is drafted and again when it is approved. Source: docs/rules/reorganizing.md"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.identifiers import normalize_uscc
from zhijia.kernel.registry import registry
from zhijia.organization.unions import rules as union_rules, selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from .rules import MOVES_MEMBERS, Sort

MOST_EMPLOYERS = 10_000
ENDS = frozenset({"GRASSROOTS", "JOINT", "AREA_FED", "IND_FED"})
"""Unions that may be merged, split, dissolved; those above have theirs below them, a home its township."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change as it is asked for: of a union, and what belongs to its sort."""

    union: UnionFacts
    sort: Sort
    name: str = ""
    parent: UnionFacts | None = None
    successor: UnionFacts | None = None
    employer_ids: Sequence[int] = ()


def judge(wanted: Wanted) -> None:
    """Raises RuleBroken `union.ended`, `reorganizing.…`, and of the tree's rules; Invalid `union.name`."""
    union, sort = wanted.union, wanted.sort
    if union.status not in ("ACTIVE", "SUSPENDED"):
        raise RuleBroken("union.ended", f"“{union.name}”已经并入或撤销，不能再办理变更。")
    if union.is_home or union.parent_id is None:
        raise RuleBroken(
            "reorganizing.fixed", "网上会员之家随乡镇（街道）工会设立，省级工会由全国总工会办理，不在这里变更。"
        )
    if sort in MOVES_MEMBERS and union.type not in ENDS:
        raise RuleBroken("reorganizing.type", "总工会和产业工会不直接合并、分立或撤销，请先办理下级工会的改隶。")
    {
        Sort.RENAME: _judge_name,
        Sort.MOVE: _judge_place,
        Sort.MERGE: _judge_successor,
        Sort.SPLIT: _judge_split,
        Sort.DISSOLVE: _judge_home,
    }[sort](wanted)


def _judge_name(wanted: Wanted) -> None:
    name = union_rules.normalize_union_name(wanted.name)
    if name == wanted.union.name:
        raise _wrong("name", "新名称和现在的名称一样。")


def _judge_place(wanted: Wanted) -> None:
    union, parent = wanted.union, wanted.parent
    if parent is None:
        raise _wrong("parent", "请填写新的上级工会。")
    _require_same_province(union, parent, "parent")
    union_rules.check_no_cycle(union.path, parent.path)
    if parent.id == union.parent_id:
        raise _wrong("parent", "它现在就在这个上级之下。")
    union_rules.check_place(union_rules.Place.of(union), union_rules.Place.of(parent), direct=union.direct)


def _judge_successor(wanted: Wanted) -> None:
    union, successor = wanted.union, wanted.successor
    if successor is None:
        raise _wrong("successor", "请填写接续的工会。")
    if successor.id == union.id:
        raise _broken("itself", "successor", "不能把工会并入它自己。")
    _require_same_province(union, successor, "successor")
    if successor.path.startswith(union.path):
        raise _broken("below", "successor", "不能并入它自己的下级工会。")
    if successor.type not in ENDS:
        raise _broken(
            "successor_type", "successor", "接续的须是基层工会、联合基层工会或工会联合会；没有接续工会的请办理撤销。"
        )
    if not successor.is_open:
        raise _broken("successor_closed", "successor", f"“{successor.name}”当前不在正常状态，不能接续。")


def _judge_split(wanted: Wanted) -> None:
    if wanted.union.type not in union_rules.MANY_EMPLOYERS:
        raise RuleBroken("reorganizing.one_employer", "基层工会只涵盖一个单位，不能分立；新单位请办理建会。")
    union_rules.normalize_union_name(wanted.name)
    covered = set(unions.employer_ids_of(wanted.union.id, limit=MOST_EMPLOYERS))
    chosen = set(wanted.employer_ids)
    if not chosen or not chosen <= covered:
        raise _broken("not_covered", "employers", "分出去的须是本工会现在涵盖的单位。")
    if chosen == covered:
        raise _broken("all_employers", "employers", "至少留一个单位在原工会；全部转走的请办理合并或更名。")


def _judge_home(wanted: Wanted) -> None:
    if home_of(wanted.union) is None:
        raise RuleBroken(
            "reorganizing.no_home", "所在乡镇（街道）没有网上会员之家，会员无处可去，请先改隶到乡镇（街道）工会。"
        )


def home_of(union: UnionFacts) -> UnionFacts | None:
    """Where the members of a dissolved union go: the online home of its township."""
    return unions.home_of_region(union.region[:9] + "000")


def require_settled(union: UnionFacts) -> None:
    """Raises RuleBroken `reorganizing.open_items`, which names what is open."""
    items = registry.open_items(union.id)
    if items:
        names = "、".join(f"{item.label} {item.count} 件" for item in items)
        raise RuleBroken("reorganizing.open_items", f"“{union.name}”还有未办结的事项：{names}。请先办结。")


def _require_same_province(union: UnionFacts, other: UnionFacts, field: str) -> None:
    if union.path[:4] != other.path[:4]:
        raise _broken("other_province", field, "不能跨省办理，请核对编码。")


def find_union(text: str, field: str) -> UnionFacts:
    """A union by its code, also a closed one, or by its full name where only one has it. Raises Invalid
    `case.<field>`.
    """
    name = " ".join(text.split())
    try:
        found = [unions.find_by_code(union_rules.normalize_union_code(text))]
    except Invalid as error:
        if text.strip()[:1].isdigit():
            raise _wrong(field, error.message) from error
        found = [*unions.facts_named([name], "").get(name, [])]
    if len(found) > 1:
        raise _wrong(field, "叫这个名称的工会不止一个，请填写编码。")
    if not found or found[0] is None:
        raise _wrong(field, "没有这个编码或名称的工会，请核对。")
    return found[0]


def find_employers(lines: Sequence[dict[str, str]]) -> list[int]:
    """The employers that lines name, by credit code or full name. Raises Invalid `case.employers`."""
    found, unknown = [], []
    for line in lines:
        text = line["employer"]
        try:
            employer = unions.find_employer(normalize_uscc(text))
        except Invalid:
            employer = unions.find_employer_by_name(" ".join(text.split()))
        if employer is None:
            unknown.append(text)
        else:
            found.append(employer.pk)
    if unknown:
        raise _wrong("employers", f"没有找到这些单位：{'、'.join(unknown[:5])}，请填写登记的全称或统一社会信用代码。")
    return sorted(set(found))


def _wrong(field: str, words: str) -> Invalid:
    return Invalid(f"case.{field}", words, fields={field: words})


def _broken(code: str, field: str, words: str) -> RuleBroken:
    return RuleBroken(f"reorganizing.{code}", words, fields={field: words})
