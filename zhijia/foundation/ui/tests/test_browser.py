"""Pages in Chromium: whole, quiet, reachable by keyboard, and better but not different with a script."""

import pytest

from zhijia.foundation.ui.gallery.console_samples import PAGES as CONSOLE
from zhijia.foundation.ui.gallery.phone_samples import PAGES as PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SIZES = [
    ("phone", 390, PHONE),
    ("console", 1440, CONSOLE),
    ("console", 390, CONSOLE),
]


def visit(page, address):
    """Open a page and make the window as tall as it, so that nothing lies under a sticky bar."""
    page.goto(address)
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": max(700, page.evaluate("document.documentElement.scrollHeight"))})
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} is wider than the screen"


@pytest.mark.parametrize(
    ("look", "width", "names"), SIZES, ids=lambda value: value if isinstance(value, (str, int)) else ""
)
def test_pages_are_accessible_and_quiet(open_page, axe, look, width, names):
    page = open_page(width, 900)
    for name in names:
        visit(page, f"/ui/gallery/{look}/{name}")
        assert axe(page) == [], f"{look}/{name} at {width}"


def test_the_elder_edition_is_accessible_and_larger(open_page, axe):
    page = open_page(390, 900)
    page.goto(f"/ui/gallery/phone/{PHONE[0]}")
    before = page.evaluate("document.querySelector('button[name=elder]').getBoundingClientRect().height")
    page.click("button[name=elder]")
    page.wait_for_selector("html[data-elder]")
    after = page.evaluate("document.querySelector('button[name=elder]').getBoundingClientRect().height")
    assert after >= 60 > before
    for name in PHONE:
        visit(page, f"/ui/gallery/phone/{name}")
        assert axe(page) == [], f"phone/{name} in the elder edition"


def test_the_dark_is_accessible(open_page, axe):
    page = open_page(390, 900, color_scheme="dark")
    for name in PHONE:
        visit(page, f"/ui/gallery/phone/{name}")
        assert axe(page) == [], f"phone/{name} in the dark"


def test_error_pages_are_accessible(open_page, axe):
    for look, width in (("phone", 390), ("console", 1440), ("public", 390)):
        page = open_page(width, 900)
        for status in ("403", "404", "409", "429", "500"):
            visit(page, f"/ui/gallery/error/{status}?look={look}")
            assert axe(page) == []


def test_pages_say_the_same_without_a_script(open_page):
    page = open_page(390, 900, java_script_enabled=False)
    for name in ("home", "scan", "claim"):
        page.goto(f"/ui/gallery/phone/{name}")
        assert page.locator("h1").first.is_visible()
    page.goto("/ui/gallery/phone/scan")
    assert page.locator("#scan-code").is_visible()
    assert not page.locator("[data-scan-start]").is_visible()


def test_the_first_tab_leads_to_the_content(desk_page):
    desk_page.goto("/ui/gallery/console/desk")
    desk_page.keyboard.press("Tab")
    assert desk_page.evaluate("document.activeElement.textContent") == "跳到正文"
    desk_page.keyboard.press("Enter")
    assert desk_page.evaluate("document.activeElement.id") == "main"


def test_rows_are_walked_ticked_and_opened_by_keys(desk_page):
    desk_page.goto("/ui/gallery/console/list")
    for key in "jjk":
        desk_page.keyboard.press(key)
    assert desk_page.locator("tr[data-at]").count() == 1
    assert desk_page.evaluate("document.activeElement.textContent") == "李*娜"
    desk_page.keyboard.press("x")
    assert desk_page.get_by_text("已选 1 人").is_visible()
    desk_page.keyboard.press("Escape")
    assert not desk_page.locator(".zj-bulk").is_visible()
    desk_page.keyboard.press("Enter")
    desk_page.wait_for_url("**/console/detail")


def test_all_leaves_out_flagged_rows_and_a_reason_is_asked_for_first(desk_page, page_faults):
    page_faults.expect("422")
    desk_page.goto("/ui/gallery/console/list")
    desk_page.locator("[data-pick-all]").check()
    assert desk_page.get_by_text("已选 10 人").is_visible()
    assert desk_page.locator("[data-flagged]:checked").count() == 0
    sent = []
    desk_page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    desk_page.get_by_role("button", name="批量退回").click()
    assert desk_page.evaluate("document.activeElement.name") == "reason"
    assert sent == []
    desk_page.locator("#bulk-reason").select_option("WRONG")
    with desk_page.expect_navigation():
        desk_page.get_by_role("button", name="批量退回").click()
    assert "do=return" in sent[0]
    assert sent[0].count("pick=") == 10


def test_letters_are_letters_while_a_field_has_focus(desk_page):
    desk_page.goto("/ui/gallery/console/list")
    desk_page.keyboard.press("/")
    desk_page.keyboard.type("gd/jx?")
    assert desk_page.locator("[data-key-find]").input_value() == "gd/jx?"
    assert desk_page.url.endswith("/list")


def test_g_and_d_go_to_the_desk_and_brackets_turn_pages(desk_page):
    desk_page.goto("/ui/gallery/console/list")
    desk_page.keyboard.press("]")
    desk_page.wait_for_url("**after=z")
    desk_page.keyboard.press("g")
    desk_page.keyboard.press("d")
    desk_page.wait_for_url("**/console/desk")


def test_all_keys_are_shown_and_can_be_switched_off(desk_page):
    desk_page.goto("/ui/gallery/console/desk")
    desk_page.keyboard.press("?")
    assert desk_page.locator("#keys").is_visible()
    desk_page.locator("[data-single-keys]").uncheck()
    desk_page.reload()
    desk_page.keyboard.press("?")
    assert not desk_page.locator("#keys").is_visible()


def test_a_verdict_is_chosen_and_sent_by_keys(desk_page, page_faults):
    page_faults.expect("422")
    desk_page.goto("/ui/gallery/console/review")
    desk_page.keyboard.press("2")
    assert desk_page.locator("input[value=return]").is_checked()
    with desk_page.expect_request(lambda request: request.method == "POST") as sent:
        desk_page.keyboard.press("Control+Enter")
    assert "verdict=return" in sent.value.post_data
    assert "idempotency_key=" in sent.value.post_data


def test_the_row_height_is_remembered(desk_page):
    desk_page.goto("/ui/gallery/console/list")
    tall = desk_page.locator("tbody tr").first.bounding_box()["height"]
    desk_page.locator("label", has=desk_page.locator("#density-dense")).click()
    desk_page.reload()
    assert desk_page.locator("html").get_attribute("data-density") == "dense"
    assert desk_page.locator("tbody tr").first.bounding_box()["height"] < tall


def test_a_job_asks_for_itself_until_it_ends(desk_page):
    desk_page.goto("/ui/gallery/console/job")
    desk_page.get_by_text("已写入 4,080 行").wait_for()
    assert desk_page.locator("#job[hx-get]").count() == 0


def test_an_error_summary_takes_the_focus_and_leads_to_its_field(phone_page):
    phone_page.goto("/ui/gallery/phone/claim")
    assert phone_page.evaluate("document.activeElement.getAttribute('aria-labelledby')") == "problems"
    phone_page.locator("a[href='#id_paid']").click()
    assert phone_page.locator("#id_paid").bounding_box()["y"] < 700


def test_a_second_tap_is_not_sent(phone_page, page_faults):
    page_faults.expect("422")
    phone_page.goto("/ui/gallery/phone/transfer")
    sent = []
    phone_page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with phone_page.expect_navigation():
        phone_page.evaluate(
            "() => { const form = document.getElementById('f'); form.requestSubmit(); form.requestSubmit(); }"
        )
    assert len(sent) == 1


def test_a_closed_camera_leaves_the_short_code(open_page):
    page = open_page(390, 900, permissions=[])
    page.goto("/ui/gallery/phone/scan")
    page.evaluate(
        """() => { if (navigator.mediaDevices) {
            navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error("no"));
        } }"""
    )
    start = page.locator("[data-scan-start]")
    if start.is_visible():
        start.click()
        page.get_by_text("相机打不开").wait_for()
    page.locator("#scan-code").fill("8K3 P27")


def test_a_scanner_of_another_kind_can_be_plugged_in(open_page, page_faults):
    page_faults.expect("422")
    page = open_page(390, 900)
    page.add_init_script(
        "window.zjScanner = {ready: () => Promise.resolve(true), start: (found) => found('8K3P27'), stop: () => {}}"
    )
    page.goto("/ui/gallery/phone/scan")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("[data-scan-start]").click()
    assert "code=8K3P27" in sent.value.post_data


def test_a_form_sent_without_network_keeps_what_was_typed_and_says_so(desk_page):
    desk_page.goto("/ui/gallery/console/form")
    field = desk_page.locator("main form[method=post] input[type=text]").first
    field.fill("王一")
    desk_page.context.set_offline(True)
    desk_page.locator("main form[method=post] .btn-primary").first.click()
    assert desk_page.get_by_text("您填写的内容还在").is_visible()
    assert field.input_value() == "王一"
    desk_page.context.set_offline(False)
    desk_page.wait_for_function("!document.querySelector('#notes p')")
    assert desk_page.evaluate("!document.querySelector('form[data-sent]')"), "and may be sent now"


def test_a_chart_writes_its_figures_as_its_table_does(desk_page):
    desk_page.goto("/ui/gallery/console/statistics")
    desk_page.wait_for_selector("[data-chart=line][data-ready]")
    desk_page.wait_for_selector("[data-chart=stack][data-ready]")
    written, whole = desk_page.evaluate(
        """() => {
          const plot = kind => document.querySelector(`[data-chart=${kind}] .zj-plot`);
          const of = kind => echarts.getInstanceByDom(plot(kind)).getOption();
          return [[of("line").tooltip[0].valueFormatter(12345), of("line").yAxis[0].axisLabel.formatter(12345)],
                  of("stack").xAxis[0].minInterval];
        }"""
    )
    assert written == ["12,345", "12,345"]
    assert whole == 1, "no half members on the axis"


def test_charts_are_drawn_from_their_tables(desk_page):
    desk_page.goto("/ui/gallery/console/statistics")
    desk_page.wait_for_selector("[data-chart=line][data-ready] canvas")
    desk_page.wait_for_selector("[data-chart=stack][data-ready] canvas")
