"""What a roster of members may hold and how its cells are understood; no rows of the database are looked at here.

Source: docs/rules/rosters.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from zhijia.kernel import bulk, identifiers
from zhijia.kernel.errors import Invalid
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.kernel.tables import (
    Column,
    Sheet,
    date_cell,
    is_lost,
    looks_like_example,
    looks_like_formula,
    looks_like_sum,
    lost_digits,
    one_of,
    plain_text,
    unknown_headers,
)
from zhijia.kernel.typed import has_control, says_nothing, typed
from zhijia.kernel.xlsx import LostDigits
from zhijia.organization.members.rules.memberships import LEAST_AGE, NEW_FORM_GROUPS, WORK_FORMS
from zhijia.organization.people.codes import EDUCATIONS, ETHNICITIES, POLITICAL_STATUSES
from zhijia.organization.unions.rules import normalize_union_code

COLUMNS: Final = (
    Column("name", ("姓名", "会员姓名", "职工姓名", "名字"), required=True, free_text=True),
    Column("id_number", ("证件号码", "身份证号", "身份证号码", "公民身份号码", "证件号", "身份证"), required=True),
    Column("id_type", ("证件类型", "证件种类")),
    Column("mobile", ("手机号码", "手机号", "手机", "联系电话", "移动电话", "电话")),
    Column("union_code", ("工会编码", "所属工会编码", "工会代码")),
    Column("union_name", ("工会名称", "所属工会", "所在工会", "基层工会", "工会"), free_text=True),
    Column("employer_code", ("单位统一社会信用代码", "统一社会信用代码", "单位信用代码")),
    Column("employer_name", ("单位名称", "工作单位", "用人单位", "所在单位", "单位"), free_text=True),
    Column("work_form", ("就业形式", "工作方式", "用工形式", "就业状况")),
    Column("new_form_group", ("新就业形态群体", "新就业形态", "新就业群体")),
    Column("occupation", ("职业", "岗位", "职务", "工种"), free_text=True),
    Column("rural", ("户籍", "户口性质", "户籍类型", "是否农民工", "农民工")),
    Column("ethnicity", ("民族",)),
    Column("education", ("学历", "文化程度")),
    Column("political_status", ("政治面貌",)),
    Column("joined_on", ("入会日期", "入会时间")),
)
LABELS: Final = {column.name: column.label for column in COLUMNS}
REQUIRED: Final = ("name", "id_number")
_TYPED: Final = tuple(column.name for column in COLUMNS if not column.free_text)
ROWS_OF_A_UNION: Final = 50_000
ROWS_OF_A_PROVINCE: Final = 1_000_000
PROVINCE_LEVEL: Final = 2


def most_rows(level: int) -> int:
    """How long a file may be, by the level of the unit that loads it."""
    return ROWS_OF_A_PROVINCE if level <= PROVINCE_LEVEL else ROWS_OF_A_UNION


class Outcome(StrEnum):
    """What a row comes to: the first three are what it would come to, ADDED and BOUND what it has."""

    NEW = "new"
    KNOWN = "known"
    SAME = "same"
    BAD = "bad"
    ADDED = "added"
    BOUND = "bound"


class Kind(StrEnum):
    """Why a row is refused, as somebody has to deal with it. TWICE is settled: its first row counts; NOBODY is no
    person's row, such as a sum or a template's example.
    """

    DATA = "data"
    ELSEWHERE = "elsewhere"
    EMPLOYER = "employer"
    TWICE = "twice"
    NOBODY = "nobody"


SETTLED: Final = (Kind.TWICE.value, Kind.NOBODY.value)
"""Kinds of refused rows that wait for nobody."""


class Fault(NamedTuple):
    """What is wrong with a cell: the column's name, a stable code, a sentence that repeats no number."""

    column: str
    code: str
    reason: str


@dataclass(slots=True)
class Entry:
    """A row as understood. Empty where nothing is said; `identity` tells people apart within a file."""

    number: int
    name: str = ""
    id_type: str = "RESIDENT_ID"
    id_number: str = field(default="", repr=False)
    identity: int | str = field(default="", repr=False)
    born_on: date | None = field(default=None, repr=False)
    sex: str = "0"
    mobile: str = field(default="", repr=False)
    union_code: str = ""
    union_name: str = ""
    employer_code: str = ""
    employer_name: str = ""
    work_form: str = ""
    new_form_group: str = ""
    occupation: str = ""
    rural: bool | None = None
    ethnicity: str = ""
    education: str = ""
    political_status: str = ""
    joined_on: date | None = None
    faults: list[Fault] = field(default_factory=list)


# --- Columns of a file ----------------------------------------------------------------------------------------------
def propose(sheet: Sheet) -> dict[str, int]:
    """Which of our columns stands where, by the headers; the first where a header stands twice."""
    return {name: places[0] for name, places in sheet.places.items()}


_GUESSES: Final = (
    ("id_number", ("身份证", "证件号", "身份号")),
    ("mobile", ("手机", "联系电话", "联系方式")),
    ("name", ("姓名",)),
    ("union_code", ("工会编码", "工会代码")),
    ("union_name", ("工会名称", "所属工会", "所在工会")),
    ("employer_code", ("信用代码",)),
    ("employer_name", ("单位名称", "工作单位", "公司名称", "企业名称")),
    ("joined_on", ("入会日期", "入会时间")),
    ("political_status", ("政治面貌",)),
    ("education", ("学历", "文化程度")),
    ("ethnicity", ("民族",)),
    ("occupation", ("岗位", "工种", "职业")),
)
"""Words inside a header that nobody knows whole, by which its column may be guessed."""


def guess(header: Sequence[str], mapping: Mapping[str, int]) -> dict[str, int]:
    """Columns that are not found, by headers that only look like them: `本人身份证号(18位)` → `id_number`.

    For who agrees on the columns; nothing is read by a guess alone.
    """
    free = {text: place for place, text in enumerate(header) if text and place not in mapping.values()}
    found: dict[str, int] = {}
    for name, words in _GUESSES:
        alike = [
            place for text, place in free.items() if place not in found.values() and any(word in text for word in words)
        ]
        if name not in mapping and len(alike) == 1:
            found[name] = alike[0]
    return found


def typed_places(mapping: Mapping[str, int]) -> list[int]:
    """Where numbers, codes and choices stand, whose digits a spreadsheet may have rounded."""
    return [mapping[name] for name in _TYPED if name in mapping]


def is_crowded(workers: int, members: int, new: int) -> bool:
    """Whether a file gives a union more members than its employers' workers make likely: more than twice as many and
    more than twenty beyond, by twenty new ones at least. 262 of 25 workers are, 45 are not, nor is one more of them;
    unknown headcounts ask nothing.
    """
    return workers > 0 and new >= 20 and members > max(2 * workers, workers + 20)


def unused(header: Sequence[str], mapping: Mapping[str, int]) -> tuple[str, ...]:
    """Headers of the file that are read for nothing, in its order."""
    return unknown_headers(header, tuple(mapping.values()))


def check_mapping(mapping: Mapping[str, int], width: int, *, needs_union: bool) -> dict[str, int]:
    """A mapping as chosen on the page: column name → place from 0. Raises Invalid `roster.mapping` naming fields."""
    chosen = {name: place for name, place in mapping.items() if name in LABELS and 0 <= place < width}
    wrong = {name: f"请选择“{LABELS[name]}”在文件中的列。" for name in REQUIRED if name not in chosen}
    if needs_union and not {"union_code", "union_name"} & set(chosen):
        wrong["union_code"] = "这个工会不直接接收会员，文件中要有每个人的工会编码或工会名称，请选择所在的列。"
    places = list(chosen.values())
    wrong |= {name: "这一列已经选给了另一项，请改选。" for name, place in chosen.items() if places.count(place) > 1}
    if wrong:
        raise Invalid("roster.mapping", "列的对应关系还不完整，请按提示改好后再继续。", fields=wrong)
    return chosen


# --- Cells ----------------------------------------------------------------------------------------------------------
def _words(codes: Mapping[str, str], more: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """Code or label; `族`, `毕业` and the like may be missing where no other label is meant."""
    known = {label: code for code, label in codes.items()} | dict(more or {})
    return one_of(known)


_ETHNIC: Final = _words(
    ETHNICITIES, {label.removesuffix("族"): code for code, label in ETHNICITIES.items() if label.endswith("族")}
)
_EDUCATION: Final = _words(
    EDUCATIONS,
    {
        "博士研究生": "11", "博士": "11", "硕士研究生": "14", "硕士": "14", "本科": "21", "大学": "21", "大专": "31",
        "专科": "31", "中专": "41", "职高": "44", "技校": "47", "高中": "61", "初中毕业": "71", "小学毕业": "81",
    },
)  # fmt: skip
_POLITICAL: Final = _words(
    POLITICAL_STATUSES, {"党员": "01", "预备党员": "02", "团员": "03", "共青团团员": "03", "无党派": "12"}
)
_WORK: Final = _words(
    WORK_FORMS,
    {"在职": "employed", "全日制": "employed", "合同制": "employed", "劳务派遣工": "dispatched", "派遣": "dispatched",
     "灵活就业": "platform", "新就业形态": "platform", "无业": "none", "失业": "none"},
)  # fmt: skip
_GROUP: Final = _words(
    NEW_FORM_GROUPS, {"外卖员": "FOOD_RIDER", "外卖配送员": "FOOD_RIDER", "快递": "COURIER", "网约车": "RIDE_HAIL"}
)
_DOCUMENT: Final = _words(
    {str(code): label for code, label in DOCUMENT_LABELS.items()},
    {"身份证": "RESIDENT_ID", "居民身份证号": "RESIDENT_ID"},
)
_RURAL: Final = {
    "农村": True, "农业": True, "农业户口": True, "农村户籍": True, "是": True,
    "城镇": False, "城市": False, "非农业": False, "非农业户口": False, "城镇户籍": False, "否": False,
}  # fmt: skip


def _rural(text: str) -> bool:
    plain = typed(text)
    if plain not in _RURAL:
        raise Invalid("cell.choice", "请填写农村、城镇，或是、否中的一项。")
    return _RURAL[plain]


def _day(text: str) -> date:
    plain = typed(text)
    return date_cell(plain.split(" ", 1)[0] if plain[:4].isdigit() else plain)


_CODED: Final[dict[str, Callable[[str], Any]]] = {
    "id_type": _DOCUMENT,
    "work_form": _WORK,
    "new_form_group": _GROUP,
    "rural": _rural,
    "ethnicity": _ETHNIC,
    "education": _EDUCATION,
    "political_status": _POLITICAL,
    "joined_on": _day,
    "union_code": normalize_union_code,
    "employer_code": identifiers.normalize_uscc,
}
_FREE: Final = {"union_name": 60, "employer_name": 120, "occupation": 40}


@lru_cache(maxsize=200_000)
def _coded(column: str, text: str) -> Any:
    """The value, None for nothing, or the Invalid that it raises: rosters say the same few things a million times."""
    if says_nothing(text):
        return None
    try:
        _refuse_control(text)
        if is_lost(text):
            raise lost_digits(LABELS[column])
        return _CODED[column](text)
    except Invalid as error:
        return error


def _refuse_control(text: str) -> None:
    if has_control(text):
        raise Invalid("cell.control", "单元格中有无法显示的控制字符，请删除后重新填写。")


def _formula(column: str) -> Fault:
    return Fault(column, "cell.formula", f"“{LABELS[column]}”不能以=、+、-、@或制表符开头，请修改后重新填写。")


def _is_formula(text: str) -> bool:
    """Out of the wrappings of other programs; a tab in front counts."""
    return looks_like_formula(text if text.startswith(("\t", "\r")) else typed(text))


_EXAMPLE_ROW: Final = Fault("name", "roster.example_row", "这是模板里的示例行，不会写入，不用处理。")
_SUM_ROW: Final = Fault("name", "roster.sum_row", "这一行像是合计或填表说明，不是人员，不会写入，不用处理。")
NOBODY_CODES: Final = frozenset({_EXAMPLE_ROW.code, _SUM_ROW.code})


@lru_cache(maxsize=100_000)
def _free(column: str, text: str) -> str | Fault:
    if says_nothing(text):
        return ""
    if _is_formula(text):
        return _formula(column)
    try:
        plain = " ".join(plain_text(text).split())
    except Invalid as error:
        return Fault(column, error.code, error.message)
    if len(plain) > _FREE[column]:
        return Fault(column, "cell.too_long", f"内容不能超过{_FREE[column]}个字，请缩短后重新填写。")
    return plain


@lru_cache(maxsize=100_000)
def _name(text: str) -> str | Fault:
    if _is_formula(text):
        return _formula("name")
    if looks_like_example(typed(text)):
        return _EXAMPLE_ROW
    try:
        _refuse_control(text)
        return identifiers.normalize_name(text)
    except Invalid as error:
        return Fault("name", error.code, error.message)


# --- Rows -----------------------------------------------------------------------------------------------------------
def understand(rows: Sequence[tuple[int, list[str]]], mapping: Mapping[str, int], today: date) -> list[Entry]:
    """Rows of texts as entries with what is wrong in each cell; identity numbers are judged by column first."""
    place = mapping["id_number"]
    numbers = [cells[place] if place < len(cells) else "" for _, cells in rows]
    ids = bulk.read_resident_ids(numbers, today)
    young = (bulk.ages_on(ids.born, today) < LEAST_AGE).tolist()
    right, born, female, body = ids.right.tolist(), ids.born.tolist(), ids.female.tolist(), ids.body.tolist()
    others = [(name, mapping[name]) for name in LABELS if name in mapping and name != "id_number"]
    entries = []
    for index, (number, cells) in enumerate(rows):
        entry = Entry(number)
        if not right[index] and says_nothing(numbers[index]) and looks_like_sum(cells):
            entry.faults.append(_SUM_ROW)
            entries.append(entry)
            continue
        width = len(cells)
        for column, where in others:
            if where < width and (text := cells[where]):
                _take(entry, column, text)
        if _EXAMPLE_ROW in entry.faults:
            entries.append(Entry(number, faults=[_EXAMPLE_ROW]))
            continue
        if not entry.name and not any(fault.column == "name" for fault in entry.faults):
            entry.faults.append(Fault("name", "cell.required", "“姓名”没有填写，请补充后重新导入。"))
        if right[index] and entry.id_type == "RESIDENT_ID" and not isinstance(numbers[index], LostDigits):
            entry.id_number, entry.identity = numbers[index], body[index]
            entry.born_on, entry.sex = born[index], "2" if female[index] else "1"
            if young[index]:
                entry.faults.append(TOO_YOUNG)
        else:
            _read_document(entry, numbers[index], stated="id_type" in mapping, today=today)
        _check_whole(entry, today)
        entries.append(entry)
    return entries


TOO_YOUNG: Final = Fault("id_number", "join.too_young", "未满 16 周岁，不能登记为会员，请核对证件号码中的出生日期。")


def _take(entry: Entry, column: str, text: str) -> None:
    if column == "mobile":
        _take_mobile(entry, text)
        return
    if text.isspace():
        return
    if column == "name":
        value = _name(text)
    elif column in _FREE:
        value = _free(column, text)
    elif isinstance(text, LostDigits):  # equal to its text, which may be right
        value = _lost(column)
    else:
        value = _coded(column, text)
        if isinstance(value, Invalid):
            value = Fault(column, value.code, value.message)
    if isinstance(value, Fault):
        entry.faults.append(value)
    elif value is not None:
        setattr(entry, column, value)


def _lost(column: str) -> Fault:
    error = lost_digits(LABELS[column])
    return Fault(column, error.code, error.message)


def _take_mobile(entry: Entry, text: str) -> None:
    if len(text) == 11 and text.isascii() and text.isdigit() and text[0] == "1" and text[1] > "2":
        entry.mobile = text
        return
    if says_nothing(text):
        return
    try:
        _refuse_control(text)
        if is_lost(text):
            raise lost_digits(LABELS["mobile"])
        entry.mobile = identifiers.normalize_mobile(text)
    except Invalid as error:
        entry.faults.append(Fault("mobile", error.code, error.message))


def _read_document(entry: Entry, text: str, *, stated: bool, today: date) -> None:
    """Numbers that were not plainly right: other spellings, fifteen digits, other documents, and wrong ones."""
    try:
        _refuse_control(text)
        if is_lost(text):
            raise lost_digits(LABELS["id_number"])
        if says_nothing(text):
            raise Invalid("cell.required", "“证件号码”没有填写，请补充后重新导入。")
        if entry.id_type in ("RESIDENT_ID", "RESIDENCE_PERMIT", "FOREIGN_PERMIT"):
            number = identifiers.upgrade_resident_id(text)
            read = identifiers.read_resident_id(number, today)
            if stated and entry.id_type != "RESIDENT_ID":
                identifiers.normalize_document(entry.id_type, number, today)
            entry.id_type = identifiers.document_of(number)
            entry.born_on, entry.sex = read.born_on, read.sex
            if read.age_on(today) < LEAST_AGE:
                entry.faults.append(TOO_YOUNG)
        else:
            number = identifiers.normalize_document(entry.id_type, text, today)
    except Invalid as error:
        entry.faults.append(Fault("id_number", error.code, error.message))
        return
    entry.id_number = number
    resident = entry.id_type == "RESIDENT_ID"
    entry.identity = int(number[:17]) if resident else f"{entry.id_type}:{number}"


def _check_whole(entry: Entry, today: date) -> None:
    """What several cells say together."""
    if not entry.work_form:
        entry.work_form = "platform" if entry.new_form_group else "employed"
    elif entry.work_form == "platform" and not entry.new_form_group:
        if not any(fault.column == "new_form_group" for fault in entry.faults):
            text = "平台就业的请填写新就业形态群体，例如网约送餐员。"
            entry.faults.append(Fault("new_form_group", "join.group", text))
    elif entry.new_form_group:
        entry.work_form = "platform"
    if entry.joined_on is None:
        return
    if entry.joined_on > today:
        entry.faults.append(Fault("joined_on", "roster.joined_future", "入会日期晚于今天，请核对后重新填写。"))
    elif entry.born_on and identifiers.age_on(entry.born_on, entry.joined_on) < LEAST_AGE:
        entry.faults.append(Fault("joined_on", "roster.joined_young", "入会时不满 16 周岁，请核对入会日期。"))


def reasons(faults: Iterable[Sequence[str]]) -> str:
    """The faults of a row in one cell of the file that is handed back: `证件号码：…；手机号码：…`."""
    return "；".join(f"{LABELS.get(column, column)}：{reason}" for column, _, reason in faults)
