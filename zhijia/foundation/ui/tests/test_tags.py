import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from zhijia.foundation.ui.form import ChoiceGroup, ConsoleForm, MoneyField, PhoneForm


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


class Claim(PhoneForm):
    paid = MoneyField(label="医保已报销", help_text="照结算单填写")
    work = forms.ChoiceField(
        label="怎样工作",
        choices=[("", "请选择"), ("a", "平台接单"), ("b", "上班")],
        widget=ChoiceGroup(notes={"a": "外卖、快递"}),
    )
    note = forms.CharField(label="备注", required=False)


class Report(ConsoleForm):
    people = forms.IntegerField(label="人数")


def test_an_icon_is_silent_unless_it_has_words():
    assert render('{% icon "qrcode" %}') == '<i class="ti ti-qrcode" aria-hidden="true"></i>'
    assert 'role="img" aria-label="符合"' in render('{% icon "check" label="符合" %}')


def test_an_icons_name_cannot_break_out_of_its_attribute():
    with pytest.raises(ValueError, match="not an icon name"):
        render("{% icon name %}", name='x" onload="alert(1)')


def test_every_rendering_has_a_key_of_its_own():
    first, second = (render("{% idempotency_key %}") for _ in range(2))
    assert re.fullmatch(r'<input type="hidden" name="idempotency_key" value="[\w-]{24}">', first)
    assert first != second


def test_label_hint_and_error_are_tied_to_their_input():
    html = render("{% phone_field form.paid %}", form=Claim({"paid": "很多"}))
    assert '<label for="id_paid">医保已报销</label>' in html
    assert 'aria-describedby="id_paid-hint id_paid-err"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_paid-hint">照结算单填写' in html
    assert 'id="id_paid-err"' in html
    assert "元</span>" in html


def test_an_unbound_form_shows_no_error():
    assert "aria-invalid" not in render("{% phone_field form.paid %}", form=Claim())


def test_a_choice_keeps_what_was_chosen_and_leaves_the_empty_one_out():
    html = render("{% phone_field form.work %}", form=Claim({"work": "b"}))
    assert html.count("<input") == 2
    assert re.search(r'value="b" checked', html)
    assert "<small>外卖、快递</small>" in html


def test_an_optional_field_says_so():
    assert "选填" in render("{% phone_field form.note %}", form=Claim())


def test_a_console_field_marks_what_must_be_filled():
    html = render("{% console_field form.people %}", form=Report({"people": ""}))
    assert 'class="zj-req" for="id_people"' in html
    assert "is-invalid" in html
    assert "请填写人数。" in html


def test_what_people_typed_is_escaped_everywhere():
    html = render("{% phone_field form.note %}", form=Claim({"note": '"><script>'}))
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ v|yuan }}", "1,200.00 元"),
        ("{{ v|money }}", "1,200.00"),
        ("{{ v|number }}", "120,000"),
        ("{{ nothing|yuan }}", "—"),
        ("{{ zero|dash }}", "0"),
        ("{{ nothing|dash }}", "—"),
        ("{{ nothing|day }}", "—"),
        ("{{ nothing|due_words }}", "—"),
    ],
)
def test_figures_in_templates(source, words):
    assert render(source, v=120000, zero=0, nothing=None) == words


def test_a_time_carries_its_instant_for_machines():
    html = render('{% when at "moment" %}', at=datetime(2020, 11, 19, 7, 40, tzinfo=UTC))
    assert html == '<time datetime="2020-11-19T15:40+08:00">2020年11月19日 15:40</time>'
    assert render("{% when at %}", at=date(2020, 11, 19)).startswith('<time datetime="2020-11-19">2020年11月19日')


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("青岛迅达同城物流有限公司工会委员会", "青岛迅达同城物流有限公司<wbr>工会委员会"),
        ("八大湖街道网上会员之家", "八大湖街道<wbr>网上会员之家"),
        ("城厢街道家政服务业联合工会", "城厢街道家政服务业<wbr>联合工会"),
        ("莱阳市总工会", "莱阳市总工会"),
        ("<b>工会委员会", "&lt;b&gt;<wbr>工会委员会"),
        ("", ""),
    ],
)
def test_a_long_name_may_break_before_its_kind(name, html):
    assert render("{% union_name name %}", name=name) == html


def test_a_query_keeps_the_other_filters():
    request = RequestFactory().get("/x?q=林&after=a&kind=b")
    html = render("{% query after='z' kind='' %}", request=request)
    assert html == "q=%E6%9E%97&amp;after=z"


def test_blocks_hold_their_content():
    html = render('{% console_panel "基本信息" note="来源" body=True %}<p>里面</p>{% end_console_panel %}')
    assert "<h2>基本信息</h2>" in html
    assert '<div class="zj-body"><p>里面</p></div>' in html
