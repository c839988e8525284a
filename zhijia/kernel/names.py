"""Names in the order people look them up: toneless pinyin with the readings that characters have as surnames.

Characters are read one by one: the key of a name must begin with the key of its beginning, so that a typed prefix
finds it by a range of an index; reading by phrases would give 重庆 in 李重庆 another key than 李重. Keys hold `ü` as
`v`, as keyboards do. A character that pypinyin does not know stands for itself and sorts after all others.

Source: docs/rules/kernel.md#names
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from pypinyin import Style, lazy_pinyin

from zhijia.kernel.identifiers import MIDDLE_DOT, is_han

NAME_KEY_LENGTH: Final = 250
"""No key of a normalized name (30 characters) is longer: 30 syllables of 6 letters and a blank, a blank, the name."""

SURNAMES: Final[dict[str, str]] = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "区": "ou", "解": "xie", "查": "zha", "盖": "ge", "葛": "ge",
    "任": "ren", "华": "hua", "种": "chong", "翟": "zhai", "朴": "piao", "覃": "qin", "缪": "miao", "乐": "yue",
    "员": "yun", "贠": "yun", "召": "shao", "洗": "xian", "郇": "xun", "隗": "wei", "折": "she", "秘": "bi",
    "燕": "yan", "么": "yao", "佴": "nai", "卜": "bu", "祭": "zhai", "宿": "su", "句": "gou", "繁": "po",
    "重": "chong", "薄": "bo", "都": "du", "能": "nai", "尉": "wei", "阚": "kan", "郗": "xi", "钭": "tou",
    "隽": "juan", "乜": "nie", "炅": "gui", "角": "jue", "行": "xing", "谌": "chen", "晟": "cheng", "佘": "she",
    "俞": "yu", "於": "yu", "瞿": "qu", "宁": "ning", "盛": "sheng", "石": "shi", "沈": "shen", "车": "che",
    "冯": "feng", "应": "ying", "过": "guo", "强": "qiang", "相": "xiang", "曲": "qu", "万": "wan",
}  # fmt: skip
"""How a single character reads as a surname; stated also where pypinyin agrees today, so that its updates move no
list.
"""

COMPOUND_SURNAMES: Final[dict[str, tuple[str, str]]] = {
    "单于": ("chan", "yu"), "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "澹台": ("tan", "tai"),
    "长孙": ("zhang", "sun"), "令狐": ("ling", "hu"), "欧阳": ("ou", "yang"), "上官": ("shang", "guan"),
    "司马": ("si", "ma"), "司徒": ("si", "tu"), "司空": ("si", "kong"), "司寇": ("si", "kou"), "诸葛": ("zhu", "ge"),
    "东方": ("dong", "fang"), "皇甫": ("huang", "fu"), "慕容": ("mu", "rong"), "公孙": ("gong", "sun"),
    "夏侯": ("xia", "hou"), "端木": ("duan", "mu"), "独孤": ("du", "gu"), "南宫": ("nan", "gong"),
    "闻人": ("wen", "ren"), "赫连": ("he", "lian"), "濮阳": ("pu", "yang"), "公冶": ("gong", "ye"),
    "申屠": ("shen", "tu"), "太史": ("tai", "shi"), "仲孙": ("zhong", "sun"), "轩辕": ("xuan", "yuan"),
    "钟离": ("zhong", "li"), "宇文": ("yu", "wen"), "鲜于": ("xian", "yu"), "闾丘": ("lv", "qiu"),
    "亓官": ("qi", "guan"), "巫马": ("wu", "ma"), "颛孙": ("zhuan", "sun"), "公西": ("gong", "xi"),
    "漆雕": ("qi", "diao"), "乐正": ("yue", "zheng"), "谷梁": ("gu", "liang"), "拓跋": ("tuo", "ba"),
    "百里": ("bai", "li"), "呼延": ("hu", "yan"), "东郭": ("dong", "guo"), "南门": ("nan", "men"),
    "羊舌": ("yang", "she"), "梁丘": ("liang", "qiu"), "左丘": ("zuo", "qiu"), "西门": ("xi", "men"),
    "第五": ("di", "wu"), "宗政": ("zong", "zheng"), "太叔": ("tai", "shu"), "段干": ("duan", "gan"),
    "达奚": ("da", "xi"), "褚师": ("chu", "shi"), "纳兰": ("na", "lan"), "完颜": ("wan", "yan"),
    "毌丘": ("guan", "qiu"),
}  # fmt: skip
"""Surnames of two characters with their readings."""

_GIVEN: Final = {"晟": "sheng"}
"""Readings in given names where pypinyin's first one is not the usual."""

_LETTERS: Final = re.compile(r"[a-z]+")


def surname_of(name: str) -> str:
    """The surname of a normalized Han name without dots, one or two characters: `欧阳` of 欧阳娜, `欧` of 欧阳; else
    nothing.
    """
    if not is_plain_han(name):
        return ""
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]


def is_plain_han(name: str) -> bool:
    """Whether a normalized name is Han letters only: surname first, no parts, no Latin letters."""
    return bool(name) and all(map(is_han, name))


def name_key(name: str) -> str:
    """Sort key of a normalized name, at most 250 characters: `张三` → `zhang san  张三` (two blanks before the name).

    Every syllable is followed by a blank, which sorts before letters: 张三 stands before 张三丰, and 詹 before 张.
    Names that sound alike sort by their characters. To be compared byte by byte (kernel.db.KeyField).
    """
    return f"{_sound(name)} {name}"


def text_key(text: str, *, length: int = 240) -> str:
    """Sort key of a name that is no person's, cut to `length`: `解放路A座` → `jie fang lu a zuo  解放路A座`.

    No surnames here: every Han letter has its usual reading, other signs stand for themselves in lower case. What
    `name_prefixes` gives for Han text finds these too.
    """
    return f"{_mixed(text)} {text}"[:length]


def text_initials(text: str, *, length: int = 60) -> str:
    """First letters of the syllables and words of a name that is no person's: `解放路A座3号` → `jflaz3h`; `#` as in
    `initials`.
    """
    return _first_letters(_mixed(text))[:length]


def initials(name: str) -> str:
    """First letters of a normalized name: `张三丰` → `zsf`, `阿依古丽·买买提` → `ayglmmt`, `John Smith` → `js`; `#`
    for a character without a known reading."""
    return _first_letters(_sound(name))


def _first_letters(sound: str) -> str:
    return "".join(word[0] if word[0].isascii() and word[0].isalnum() else "#" for word in sound.split())


def name_prefixes(text: str) -> tuple[str, ...]:
    """All beginnings that keys of names starting with `text` can have, for range searches: `单` → `chan `, `dan `,
    `shan `.

    Han text gives whole syllables; the rows found are to be filtered by the name itself, since others sound alike.
    Other text is taken as typed pinyin or Latin letters: `zhang s` → `zhang s`. Nothing for nothing.
    """
    start = text.strip()
    if not start:
        return ()
    letters = start.replace(MIDDLE_DOT, "")
    if not is_plain_han(letters):
        return (_fold(start),)
    found = {_plain(letters)}
    if letters == start:
        found.add(_join([_surname(start[0]), *map(_given, start[1:])]))
        for compound, reading in COMPOUND_SURNAMES.items():
            first, second = reading
            if compound == start[:2]:
                found.add(_join([first, second, *map(_given, start[2:])]))
            elif compound[0] == start:
                found.add(_join([first]))
    return tuple(sorted(found))


def _sound(name: str) -> str:
    """Syllables, each followed by a blank."""
    surname = surname_of(name)
    if not surname:
        letters = name.replace(MIDDLE_DOT, "")
        return _plain(letters) if is_plain_han(letters) else _join(_fold(name).split())
    head = COMPOUND_SURNAMES[surname] if len(surname) == 2 else [_surname(surname)]
    return _join([*head, *map(_given, name[len(surname) :])])


def _mixed(text: str) -> str:
    """Syllables of Han letters and words of others, each followed by a blank; dots and brackets only separate."""
    words = re.findall(r"\w+|[^\w\s]", text)
    parts = ("".join(f" {_reading(sign)} " if is_han(sign) else _fold(sign) for sign in word) for word in words)
    return _join(" ".join(part for part in parts if any(map(str.isalnum, part))).split())


def _join(syllables: list[str]) -> str:
    return "".join(f"{syllable} " for syllable in syllables)


def _plain(letters: str) -> str:
    return _join([_reading(sign) for sign in letters])


def _surname(sign: str) -> str:
    return SURNAMES.get(sign) or _reading(sign)


def _given(sign: str) -> str:
    return _GIVEN.get(sign) or _reading(sign)


def _fold(text: str) -> str:
    """Lower case without accents: `Zoë` → `zoe`."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@cache
def _reading(sign: str) -> str:
    """One Han letter's usual reading without tone; the letter itself where none is known. At most some 100,000 of
    them.
    """
    syllable = _fold(lazy_pinyin(sign, style=Style.NORMAL)[0])
    return syllable if _LETTERS.fullmatch(syllable) else sign
