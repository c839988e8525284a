"""Numbers and names that people type: cleaned, checked and stored in one form.

Every `normalize_…` takes what was typed or pasted and returns the one form to store (half width, upper case, no
blanks), or raises Invalid with a code `<kind>.<fault>` and a sentence for the person who typed it. Nothing here knows
the clock: where age matters, `today` is passed in. No message repeats the number: messages reach logs and screens of
others.

Source: docs/rules/kernel.md#identifiers
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from stdnum import luhn
from stdnum.cn import ric, uscc

from zhijia.kernel.errors import Invalid
from zhijia.kernel.typed import cell_text, sought, typed

Sex = Literal["1", "2"]
"""GB/T 2261.1: `1` male, `2` female (a number can say no more)."""

_BLANKS: Final = re.compile(r"\s+")
_DASHES: Final = re.compile("[-\u2010-\u2015\u2212]")


def compact(text: str) -> str:
    """As it was meant (`typed`), upper case, without any blanks: the start of every number here."""
    return _BLANKS.sub("", typed(text)).upper()


# --- Resident identity number (GB 11643-1999) ------------------------------------------------------------------------

PROVINCES: Final = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾",
    "81": "香港", "82": "澳门",
}  # fmt: skip
"""First two digits (GB/T 2260). Only these are checked: counties are abolished every year, the numbers they gave live
on.
"""

_OLDEST: Final = 130
_RESIDENT_ID: Final = re.compile(r"[0-9]{17}[0-9X]")
_RESIDENT_ID_15: Final = re.compile(r"[0-9]{15}")


@dataclass(frozen=True, slots=True)
class ResidentId:
    """What an identity number says of its holder.

    `number` 18 characters, left out of `repr`; `province` its two digits, `83` and `9x` on residence permits of
    people from Taiwan and of foreigners.
    """

    number: str = field(repr=False)
    born_on: date = field(repr=False)
    sex: Sex
    province: str

    def age_on(self, day: date) -> int:
        """Full years on `day`; who was born on 29 February has the birthday on 1 March in common years."""
        return age_on(self.born_on, day)


def age_on(born_on: date, day: date) -> int:
    """Full years on `day`; negative before birth. 2008-02-29 is 17 on 2026-02-28 and 18 on 2026-03-01."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def normalize_resident_id(text: str) -> str:
    """Eighteen characters whose form, province, date and check character are right; age is `read_resident_id`'s matter.

    Raises Invalid `id_number.empty`, `.length`, `.characters`, `.check_digit`, `.province` or `.birthday`.
    """
    number = compact(text)
    if not number:
        raise Invalid("id_number.empty", "请填写身份证号码。")
    if len(number) != 18:
        raise Invalid("id_number.length", "身份证号码应为18位，请核对后重新填写。")
    if not _RESIDENT_ID.fullmatch(number):
        raise Invalid("id_number.characters", "身份证号码只能由数字组成，最后一位可以是X，请核对后重新填写。")
    # stdnum's `validate` also looks the county up in a table and refuses unlisted ones, and knows no residence
    # permits; its check character is right and used.
    if ric.calc_check_digit(number) != number[17]:
        raise Invalid("id_number.check_digit", "身份证号码的校验位不对，可能有一位填错，请对照证件核对。")
    _check_province(number)
    _birthday(number)
    return number


def _check_province(number: str) -> None:
    if number[:2] in PROVINCES or number.startswith("830000") or number[0] == "9":
        return
    raise Invalid("id_number.province", "身份证号码开头的地区代码不存在，请对照证件核对。")


def _birthday(number: str) -> date:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Invalid("id_number.birthday", "身份证号码中的出生日期不存在，请对照证件核对。") from None


def read_resident_id(text: str, today: date) -> ResidentId:
    """What the number says: `370299199003070010` → `ResidentId("370299199003070010", 1990-03-07, "1", "37")`.

    Raises as `normalize_resident_id`, and Invalid `id_number.age` for a birthday after `today` or an age above 130.
    """
    number = normalize_resident_id(text)
    born_on = _birthday(number)
    if born_on > today or age_on(born_on, today) > _OLDEST:
        raise Invalid("id_number.age", "身份证号码中的出生日期不在合理范围内，请对照证件核对。")
    return ResidentId(number, born_on, "1" if int(number[16]) % 2 else "2", number[:2])


def upgrade_resident_id(text: str) -> str:
    """A number of the first generation (15 digits) or of today as today's 18; for imports of old files only.

    `440524800101001` → `44052419800101001…` plus check character. Whoever was born before 1900 (sequences 996-999) is
    not meant by a file of living workers. Raises as `normalize_resident_id`.
    """
    number = compact(text)
    if _RESIDENT_ID_15.fullmatch(number):
        body = number[:6] + "19" + number[6:]
        number = body + ric.calc_check_digit(body + "0")
    return normalize_resident_id(number)


# --- Other identity documents ----------------------------------------------------------------------------------------

_PASSPORT: Final = re.compile(r"[A-Z0-9]{5,17}")
_HK_MACAO_PASS: Final = re.compile(r"[HM][0-9]{8}([0-9]{2})?")
_TAIWAN_PASS: Final = re.compile(r"[0-9]{8}([0-9]{2})?")


def normalize_passport(text: str) -> str:
    """5 to 17 letters and digits, at least one of them a digit. Raises Invalid `passport.format`."""
    number = compact(text)
    if not _PASSPORT.fullmatch(number) or not re.search(r"[0-9]", number):
        raise Invalid("passport.format", "护照号码应为5至17位字母和数字，请对照证件核对。")
    return number


def normalize_hk_macao_pass(text: str) -> str:
    """来往内地通行证: H or M, 8 digits, 2 more of the issue on older cards. Raises Invalid `hk_macao_pass.format`."""
    number = compact(text)
    if not _HK_MACAO_PASS.fullmatch(number):
        raise Invalid("hk_macao_pass.format", "港澳居民来往内地通行证号码应为H或M加8位或10位数字，请对照证件核对。")
    return number


def normalize_taiwan_pass(text: str) -> str:
    """来往大陆通行证: 8 digits, 2 more of the issue on older cards. Raises Invalid `taiwan_pass.format`."""
    number = compact(text)
    if not _TAIWAN_PASS.fullmatch(number):
        raise Invalid("taiwan_pass.format", "台湾居民来往大陆通行证号码应为8位或10位数字，请对照证件核对。")
    return number


DocumentType = Literal["RESIDENT_ID", "RESIDENCE_PERMIT", "FOREIGN_PERMIT", "PASSPORT", "HK_MACAO_PASS", "TAIWAN_PASS"]

DOCUMENT_LABELS: Final[dict[DocumentType, str]] = {
    "RESIDENT_ID": "居民身份证",
    "RESIDENCE_PERMIT": "港澳台居民居住证",
    "FOREIGN_PERMIT": "外国人永久居留身份证",
    "PASSPORT": "护照",
    "HK_MACAO_PASS": "港澳居民来往内地通行证",
    "TAIWAN_PASS": "台湾居民来往大陆通行证",
}

_WITHOUT_BIRTHDAY: Final[dict[str, Callable[[str], str]]] = {
    "PASSPORT": normalize_passport,
    "HK_MACAO_PASS": normalize_hk_macao_pass,
    "TAIWAN_PASS": normalize_taiwan_pass,
}


def normalize_document(document: str, text: str, today: date) -> str:
    """The number of a document of a stated type; one number must never stand under two types, or one person becomes
    two.

    Raises as the type's own function; Invalid `id_type.unknown`; Invalid `id_number.wrong_type` where an 18-character
    number belongs to another type (81, 82, 830000: residence permit; 9x: foreigners' permanent residence).
    """
    plain = _WITHOUT_BIRTHDAY.get(document)
    if plain is not None:
        return plain(text)
    if document not in DOCUMENT_LABELS:
        raise Invalid("id_type.unknown", "请选择列表中的证件类型。")
    number = read_resident_id(text, today).number
    right = document_of(number)
    if right != document:
        raise Invalid("id_number.wrong_type", f"这个号码属于{DOCUMENT_LABELS[right]}，请改选证件类型后再提交。")
    return number


def document_of(number: str) -> DocumentType:
    """Which of the three 18-character documents a normalized number belongs to."""
    if number[0] == "9":
        return "FOREIGN_PERMIT"
    if number.startswith(("810000", "820000", "830000")):
        return "RESIDENCE_PERMIT"
    return "RESIDENT_ID"


# --- Organizations (GB 32100-2015, GB 11714-1997) --------------------------------------------------------------------

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_DEPARTMENTS: Final = {
    "1": "机构编制", "2": "外交", "3": "司法行政", "4": "文化", "5": "民政", "6": "旅游", "7": "宗教", "8": "工会",
    "9": "市场监管", "A": "中央军委改革和编制", "N": "农业农村", "Y": "其他",
}  # fmt: skip
_USCC: Final = re.compile(f"[{''.join(USCC_DEPARTMENTS)}][1-9A-HJ-NP-RT-UW-Y][0-9]{{6}}[{USCC_ALPHABET}]{{10}}")
_ORGANIZATION_CODE: Final = re.compile(r"[0-9A-Z]{8}[0-9X]")
_ORGANIZATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def organization_check_character(body: str) -> str:
    """GB 11714: the ninth character for eight of `0-9A-Z`: 11 − Σ mod 11, where 10 is written X and 11 is written 0."""
    rest = 11 - sum(int(sign, 36) * weight for sign, weight in zip(body, _ORGANIZATION_WEIGHTS, strict=True)) % 11
    return "0X"[rest == 10] if rest >= 10 else str(rest)


def normalize_uscc(text: str) -> str:
    """统一社会信用代码, 18 characters, both check characters right. `91370200-MA3C0A123W` → `91370200MA3C0A123W`.

    stdnum's `validate` demands eight leading digits and so refuses the army's and every village economic
    organization's code (departments A, N, Y), and skips the inner code; its check character is right and used.
    Raises Invalid `uscc.empty`, `.length`, `.characters`, `.organization_code` or `.check_digit`.
    """
    code = _DASHES.sub("", compact(text))
    if not code:
        raise Invalid("uscc.empty", "请填写统一社会信用代码。")
    if len(code) != 18:
        raise Invalid("uscc.length", "统一社会信用代码应为18位，请对照营业执照或登记证书核对。")
    if not _USCC.fullmatch(code):
        raise Invalid(
            "uscc.characters", "统一社会信用代码由数字和大写字母组成，不含字母I、O、S、V、Z，请对照登记证书核对。"
        )
    if uscc.calc_check_digit(code) != code[17]:
        raise Invalid("uscc.check_digit", "统一社会信用代码的校验位不对，可能有一位填错，请对照登记证书核对。")
    if organization_check_character(code[8:16]) != code[16]:
        raise Invalid("uscc.organization_code", "统一社会信用代码中的主体标识码不对，请对照登记证书核对。")
    return code


def normalize_organization_code(text: str) -> str:
    """组织机构代码 of nine characters, as in old files: `mc0a0001-1` → `MC0A00011`.

    Raises Invalid `organization_code.format` or `.check_digit`.
    """
    code = _DASHES.sub("", compact(text))
    if not _ORGANIZATION_CODE.fullmatch(code):
        raise Invalid("organization_code.format", "组织机构代码应为9位数字和字母，请核对后重新填写。")
    if organization_check_character(code[:8]) != code[8]:
        raise Invalid("organization_code.check_digit", "组织机构代码的校验位不对，可能有一位填错，请核对后重新填写。")
    return code


# --- Telephone and post ----------------------------------------------------------------------------------------------

_MOBILE: Final = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_AREA: Final = r"(0(?:10|2[0-9]|[3-9][0-9]{2}))"
_LANDLINE: Final = re.compile(rf"(?:\+?86|0086)?{_AREA}([2-9][0-9]{{6,7}})(?:(?:转|分机|EXT\.?|X|,)([0-9]{{1,6}}))?")


def normalize_mobile(text: str) -> str:
    """A mainland mobile number, 11 digits: `+86 138-0013-0001` → `13800130001`. Raises Invalid `mobile.empty` or
    `.format`.
    """
    number = _DASHES.sub("", compact(text))
    if not number:
        raise Invalid("mobile.empty", "请填写手机号码。")
    found = _MOBILE.fullmatch(re.sub(r"[()]", "", number))
    if not found:
        raise Invalid("mobile.format", "手机号码应为11位数字，以1开头，请核对后重新填写。")
    return found.group(1)


def normalize_landline(text: str) -> str:
    """Area code, number and, where there is one, extension: `(0532)88886666转12` → `0532-88886666-12`.

    Raises Invalid `landline.format`.
    """
    plain = re.sub(r"[()]", "", compact(text))
    # A dash after the number announces the extension; any other is only there for the eye.
    extension = re.fullmatch(r"(.*[0-9]{7,8})[-–—]([0-9]{1,6})", plain)
    number = _DASHES.sub("", extension.group(1)) + "转" + extension.group(2) if extension else _DASHES.sub("", plain)
    found = _LANDLINE.fullmatch(number)
    if not found:
        raise Invalid("landline.format", "固定电话应包含区号，例如0532-88886666，请核对后重新填写。")
    area, local, inner = found.groups()
    return f"{area}-{local}-{inner}" if inner else f"{area}-{local}"


def normalize_phone(text: str) -> str:
    """A mobile number or a landline, whichever it is. Raises Invalid `phone.format`."""
    for normalize in (normalize_mobile, normalize_landline):
        try:
            return normalize(text)
        except Invalid:
            continue
    raise Invalid("phone.format", "联系电话应为11位手机号码，或带区号的固定电话，请核对后重新填写。")


def normalize_postcode(text: str) -> str:
    """Six digits. Raises Invalid `postcode.format`."""
    code = compact(text)
    if not re.fullmatch(r"[0-9]{6}", code):
        raise Invalid("postcode.format", "邮政编码应为6位数字，请核对后重新填写。")
    return code


# --- Names -----------------------------------------------------------------------------------------------------------

MIDDLE_DOT: Final = "·"
# What keyboards and old systems put between the parts of a Uygur or Tibetan name; NFKC has made ． and ｡ of the wide
# forms.
_DOTS: Final = re.compile("\\s*[\u00b7\u2022\u2027\u30fb\u2219\u22c5\u25cf\u2024.\uff61\u3002\u16eb\u2e31]\\s*")
# CJK unified and compatibility ideographs with all extensions, and 〇. Written as ranges because unicodedata of the
# Python we run on is older than the newest extensions, whose characters stand on identity cards already.
_HAN: Final = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\U000323b0-\U0003347f"
_HAN_NAME: Final = re.compile(f"[{_HAN}]+(?:{MIDDLE_DOT}[{_HAN}]+)*")
_HAN_INSIDE: Final = re.compile(f"[{_HAN}]")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
NAME_LENGTHS: Final = (2, 30)


def is_han(sign: str) -> bool:
    """Whether one character is a Han letter, whatever plane it stands on."""
    return bool(_HAN_INSIDE.fullmatch(sign))


def normalize_name(text: str) -> str:
    """A person's name in one spelling: `阿依古丽 • 买买提` → `阿依古丽·买买提`, ` 张　三 ` → `张三`, `john  smith`
    stays Latin.

    2 to 30 characters: Han letters, also the rare ones beyond the basic plane, with `·` (U+00B7) between parts; or
    Latin letters with blanks, hyphen, apostrophe and full stop for foreigners. Raises Invalid `name.empty`,
    `.length`, `.private_use` (a sign only one old system knows) or `.characters`.
    """
    try:
        shown = cell_text(text)
    except Invalid:
        raise Invalid("name.characters", "姓名中有看不见的特殊字符，请删除后重新填写。") from None
    name = unicodedata.normalize("NFKC", shown).strip()
    if not name:
        raise Invalid("name.empty", "请填写姓名。")
    if _PRIVATE.search(name):
        raise Invalid("name.private_use", "姓名中有一个字是旧系统的自造字，请用输入法重新输入该生僻字。")
    if _HAN_INSIDE.search(name):
        name = _BLANKS.sub("", _DOTS.sub(MIDDLE_DOT, name))
        fits = bool(_HAN_NAME.fullmatch(name))
    else:
        name = _BLANKS.sub(" ", name.replace("’", "'").replace("`", "'"))
        fits = _is_latin_name(name)
    if not fits:
        raise Invalid("name.characters", "姓名只能是汉字和间隔号“·”，外籍人员可填拉丁字母，请对照证件核对。")
    if not NAME_LENGTHS[0] <= len(name) <= NAME_LENGTHS[1]:
        raise Invalid("name.length", "姓名应为2至30个字，请对照证件核对。")
    return name


def search_words(text: str) -> str:
    """What is looked for, as names are stored: `张　三` → `张三`, `阿依古丽•买` → `阿依古丽·买`; numbers
    and Latin letters as `sought` leaves them.
    """
    words = sought(text)
    return _BLANKS.sub("", _DOTS.sub(MIDDLE_DOT, words)) if _HAN_INSIDE.search(words) else words


def _is_latin_name(name: str) -> bool:
    letters = [sign for sign in name if sign not in " -'."]
    return (
        bool(letters)
        and name[0] in letters
        and all(sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    )


# --- Luhn and bank cards ---------------------------------------------------------------------------------------------


def luhn_ok(digits: str) -> bool:
    """Whether the last digit is the Luhn digit of those before it; False for anything but digits."""
    return bool(re.fullmatch(r"[0-9]+", digits)) and bool(luhn.is_valid(digits))


def with_luhn(digits: str) -> str:
    """`digits` and their Luhn digit: `372026000000123` → `3720260000001233`."""
    return digits + str(luhn.calc_check_digit(digits))


def normalize_luhn_number(text: str, *, length: int, label: str, code: str) -> str:
    """A number of ours of fixed length that ends in its Luhn digit; `label` names it in the sentence (`会员编号`).

    Raises Invalid `<code>.format` or `<code>.check_digit`.
    """
    number = _DASHES.sub("", compact(text))
    if len(number) != length or not re.fullmatch(r"[0-9]+", number):
        raise Invalid(f"{code}.format", f"{label}应为{length}位数字，请核对后重新填写。")
    if not luhn_ok(number):
        raise Invalid(f"{code}.check_digit", f"{label}的校验位不对，可能有一位填错，请核对后重新填写。")
    return number


def normalize_bank_card(text: str) -> str:
    """12 to 19 digits. Not every bank keeps Luhn: ask `luhn_ok` and warn, do not refuse. Raises Invalid
    `bank_card.format`.
    """
    number = _DASHES.sub("", compact(text))
    if not re.fullmatch(r"[0-9]{12,19}", number):
        raise Invalid("bank_card.format", "银行卡号应为12至19位数字，请对照银行卡核对。")
    return number
