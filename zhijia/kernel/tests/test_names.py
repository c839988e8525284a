import pytest
from hypothesis import given, strategies as st

from zhijia.kernel import names
from zhijia.kernel.identifiers import normalize_name

HAN = st.one_of(
    st.sampled_from("张王李单于曾仇区尉迟万俟欧阳重庆解查三丰𬭎〇"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF),
)
HAN_NAMES = st.text(HAN, min_size=2, max_size=30).map(normalize_name)
DOT_NAMES = st.lists(st.text(HAN, min_size=1, max_size=6), min_size=2, max_size=4).map("·".join).map(normalize_name)


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("张三", "zhang san"), ("曾国", "zeng guo"), ("单雄信", "shan xiong xin"), ("单于明", "chan yu ming"),
        ("单于", "shan yu"), ("仇和", "qiu he"), ("区小明", "ou xiao ming"), ("解晓东", "xie xiao dong"),
        ("查良镛", "zha liang yong"), ("盖叫天", "ge jiao tian"), ("葛优", "ge you"), ("任贤", "ren xian"),
        ("华罗庚", "hua luo geng"), ("尉迟恭", "yu chi gong"), ("尉健行", "wei jian xing"), ("万俟卨", "mo qi xie"),
        ("吕布", "lv bu"), ("翟天临", "zhai tian lin"), ("朴树", "piao shu"), ("阚泽", "kan ze"), ("李晟", "li sheng"),
        ("王𬭎", "wang hong"), ("欧阳修", "ou yang xiu"), ("阿依古丽·买买提", "a yi gu li mai mai ti"),
        ("John Smith", "john smith"), ("Zoë O'Brien", "zoe o'brien"),
    ],
)  # fmt: skip
def test_a_name_sounds_as_its_bearer_says_it(name, sound):
    assert names.name_key(name) == f"{sound}  {name}"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张三丰", "zsf"),
        ("阿依古丽·买买提", "ayglmmt"),
        ("John Smith", "js"),
        ("尉迟恭", "ycg"),
        ("张\U0003134a", "z#"),
        ("Ø", "#"),
    ],
)
def test_initials_are_the_first_letters_of_the_syllables(name, letters):
    assert names.initials(name) == letters


@pytest.mark.parametrize(
    ("text", "key", "letters"),
    [
        ("解放路A座3号", "jie fang lu a zuo 3 hao  解放路A座3号", "jflaz3h"),
        ("单县（城区）总工会", "dan xian cheng qu zong gong hui  单县（城区）总工会", "dxcqzgh"),
        ("ABC 公司", "abc gong si  ABC 公司", "ags"),
        ("第1·2组", "di 1 2 zu  第1·2组", "d12z"),
    ],
)
def test_other_names_have_no_surname_and_may_mix_letters(text, key, letters):
    assert names.text_key(text) == key
    assert names.text_initials(text) == letters


@given(st.text(HAN, min_size=1, max_size=60), st.integers(1, 20))
def test_every_beginning_of_another_name_finds_it_and_its_key_is_cut(text, length):
    key = names.text_key(text)
    assert len(key) <= 240
    assert any(key.startswith(prefix[:240]) for prefix in names.name_prefixes(text[:length]))
    assert names.text_key(text, length=1000).endswith(f"  {text}")


def test_names_sort_by_syllables_then_by_characters():
    wanted = ["詹三", "张三", "张叁", "张三丰", "张伞", "张四", "章三", "\U0003134a三"]
    keys = sorted((names.name_key(name).encode(), name) for name in wanted)
    assert [name for _, name in keys] == ["詹三", "张三", "张伞", "张叁", "章三", "张三丰", "张四", "\U0003134a三"]


@given(st.one_of(HAN_NAMES, DOT_NAMES), st.integers(1, 30))
def test_every_beginning_of_a_name_finds_it(name, length):
    prefixes = names.name_prefixes(name[:length])
    assert any(names.name_key(name).startswith(prefix) for prefix in prefixes)


def test_typed_letters_find_by_pinyin():
    assert names.name_prefixes("Zhang s") == ("zhang s",)
    assert names.name_prefixes(" ") == ()
    assert names.name_prefixes("单") == ("chan ", "dan ", "shan ")
    assert names.name_prefixes("詹") == ("zhan ",)  # not zhang


@given(st.one_of(HAN_NAMES, DOT_NAMES))
def test_a_key_is_bounded_and_the_same_each_time(name):
    key = names.name_key(name)
    assert len(key) <= names.NAME_KEY_LENGTH
    assert key == names.name_key(name)
    assert key.endswith(f"  {name}")
    assert len(names.initials(name)) == len(name.replace("·", ""))


def test_the_longest_possible_key_fits():
    assert len(names.name_key("双" * 30)) <= names.NAME_KEY_LENGTH


def test_every_letter_of_the_basic_plane_has_a_reading_of_plain_letters_or_stands_for_itself():
    silent = [sign for sign in map(chr, range(0x4E00, 0x9FFF)) if names._reading(sign) == sign]
    assert len(silent) < 100
    assert {letter for sign in map(chr, range(0x4E00, 0x9FA6)) for letter in names._reading(sign)} <= set(
        "abcdefghijklmnopqrstuvwxyz"
    ) | set(silent)


@pytest.mark.parametrize(
    ("name", "surname"),
    [("张三", "张"), ("欧阳修", "欧阳"), ("欧阳", "欧"), ("阿依古丽·买买提", ""), ("John", ""), ("", "")],
)
def test_a_surname_is_one_letter_or_a_known_pair(name, surname):
    assert names.surname_of(name) == surname
