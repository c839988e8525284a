import pytest
from django import forms
from django.http import QueryDict
from django.test import RequestFactory

from zhijia.foundation.ui.form import (
    ConsoleForm,
    DayField,
    IdNumberField,
    MobileField,
    MoneyField,
    PhoneForm,
    Submission,
    ZhijiaForm,
    sent,
)
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken


class Sample(PhoneForm):
    name = forms.CharField(label="姓名", max_length=4)
    mobile = MobileField(required=False)
    id_no = IdNumberField(required=False)
    paid = MoneyField(label="报销金额", required=False)
    born_on = DayField(label="出生日期", required=False)
    kind = forms.ChoiceField(label="您现在怎样工作？", choices=[("a", "平台接单")], required=False)
    people = forms.IntegerField(label="人数", min_value=3, required=False)


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"name": ""}, "name", "请填写姓名。"),
        ({"name": "欧阳上官司马"}, "name", "姓名最多 4 个字，请删减。"),
        ({"name": "林", "mobile": "1380000"}, "mobile", "手机号应是 11 位数字，请核对后重新填写。"),
        ({"name": "林", "born_on": "去年"}, "born_on", "出生日期不是一个日期，请按 2026-11-20 的样子填写。"),
        ({"name": "林", "kind": "b"}, "kind", "您现在怎样工作？不在可选的范围内，请重新选择。"),
        ({"name": "林", "people": "两个"}, "people", "人数请填写整数。"),
        ({"name": "林", "people": "2"}, "people", "人数不能小于 3，请核对后修改。"),
    ],
)
def test_what_is_wrong_is_said_in_a_full_chinese_sentence(given, field, sentence):
    form = Sample(given)
    assert not form.is_valid()
    assert list(form.errors[field]) == [sentence]


def test_an_authors_own_sentence_is_kept():
    class Own(ConsoleForm):
        reason = forms.CharField(label="理由", error_messages={"required": "退回时请写明理由。"})

    assert Own({}).errors["reason"] == ["退回时请写明理由。"]


def test_two_forms_of_one_class_do_not_spoil_each_others_sentences():
    for _ in range(3):
        assert Sample({"name": "欧阳上官司马"}).errors["name"] == ["姓名最多 4 个字，请删减。"]


def test_one_form_may_have_choices_of_its_own():
    first, second = Sample(), Sample()
    assert list(first.fields["kind"].choices) == list(first.fields["kind"].widget.choices) == [("a", "平台接单")]
    first.fields["kind"].choices = [("b", "在单位上班")]
    assert (first.fields["kind"].valid_value("b"), second.fields["kind"].valid_value("b")) == (True, False)
    assert 'value="a"' in str(second["kind"])


def test_nul_is_taken_out_before_anything_looks_at_it():
    data = QueryDict("name=%E6%9E%97%00%E6%99%93&mobile=138%000000+0001")
    form = Sample(data)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == "林晓"
    assert form.cleaned_data["mobile"] == "13800000001"


@pytest.mark.parametrize(
    ("typed", "fen"), [("18,600.00", 1860000), ("1200.5", 120050), (" 3 元", 300), ("0.01", 1), ("", None)]
)
def test_money_is_read_as_people_type_it(typed, fen):
    form = Sample({"name": "林", "paid": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["paid"] == fen


@pytest.mark.parametrize("typed", ["1.234", "-5", "一百", "1e5", "12.3.4", "99999999999999"])
def test_what_is_no_sum_is_refused(typed):
    assert "paid" in Sample({"name": "林", "paid": typed}).errors


def test_an_amount_in_fen_is_shown_in_yuan():
    assert 'value="1,200.00"' in str(Sample(initial={"paid": 120000})["paid"])


def test_an_id_number_is_upper_case_without_spaces():
    form = Sample({"name": "林", "id_no": "370299 19900307 001x"})
    assert form.is_valid()
    assert form.cleaned_data["id_no"] == "37029919900307001X"


def test_a_services_error_stands_beside_the_field_it_names():
    form = Sample({"name": "林"})
    assert form.is_valid()
    form.take(Invalid("join.invalid", "请修改后再提交。", fields={"id_no": "号码通不过校验，请对照证件重新填写。"}))
    assert form.problems == [{"href": "#id_id_no", "text": "号码通不过校验，请对照证件重新填写。"}]


def test_a_rule_that_names_no_field_stands_at_the_top():
    form = Sample({"name": "林"})
    assert form.is_valid()
    form.take(RuleBroken("transfer.same_unit", "您已经是这个工会的会员，不用再转会。"))
    assert form.problems == [{"href": "", "text": "您已经是这个工会的会员，不用再转会。"}]


def test_a_field_of_another_form_is_not_swallowed():
    form = Sample({"name": "林"})
    form.take(Invalid("x.invalid", "请修改。", fields={"elsewhere": "地址写得不对。"}))
    assert form.problems[0]["text"] == "地址写得不对。"


# --- A submission ---------------------------------------------------------------------------------------------------
class _Asked(ZhijiaForm):
    name = forms.CharField(label="姓名")


def _submission(method: str, data: dict[str, str], error: Exception | None = None) -> tuple[Submission, bool]:
    request = getattr(RequestFactory(), method)("/", data)
    submission = Submission(request, _Asked(*sent(request)[:1]))
    done = False
    if submission.is_right:
        with submission:
            if error:
                raise error
            done = True
    return submission, done


def test_a_page_that_only_looks_is_no_submission():
    submission, done = _submission("get", {})
    assert (submission.is_right, submission.status, done) == (False, 200, False)


def test_a_wrong_form_asks_no_service():
    submission, done = _submission("post", {})
    assert (submission.is_right, submission.status, done) == (False, 422, False)


def test_what_a_service_refuses_stands_beside_the_field():
    error = Duplicate("x.there", "已经有了。", fields={"name": "已有同名的。"})
    submission, done = _submission("post", {"name": "王小明"}, error)
    assert (submission.is_right, submission.status, done) == (True, 409, False)
    assert submission.form.problems == [{"href": "#id_name", "text": "已有同名的。"}]


def test_what_is_no_matter_of_the_form_becomes_its_own_page():
    with pytest.raises(NotFound):
        _submission("post", {"name": "王小明"}, NotFound())
    assert _submission("post", {"name": "王小明"})[1]
