import pytest
from django.test import override_settings

from zhijia.foundation.ui import events
from zhijia.foundation.ui.gallery.views import PAGES
from zhijia.foundation.ui.site import current_site

pytestmark = pytest.mark.django_db
ALL = [(look, name) for look, names in PAGES.items() for name in names]


@pytest.mark.parametrize(("look", "name"), ALL)
def test_a_page_is_whole(client, look, name):
    response = client.get(f"/ui/gallery/{look}/{name}")
    html = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="zh-CN"' in html
    assert html.count("<h1") == 1
    assert 'href="#main"' in html
    assert 'id="main"' in html


@pytest.mark.parametrize("look", ["phone", "console", "public"])
@pytest.mark.parametrize("status", [403, 404, 409, 422, 429, 500])
def test_an_error_page_says_what_happened_what_to_do_and_its_number(client, look, status):
    html = client.get(f"/ui/gallery/error/{status}?look={look}").content.decode()
    assert "。" in html
    assert "回首页" in html or "回工作台" in html
    assert "号 " in html


def test_the_elder_edition_is_remembered_and_comes_back(client):
    response = client.post("/ui/elder", {"elder": "on", "next": "/ui/gallery/phone/home?a=1"})
    assert (response.status_code, response["Location"]) == (302, "/ui/gallery/phone/home?a=1")
    assert response.cookies["elder"]["samesite"] == "Lax"
    html = client.get("/ui/gallery/phone/home").content.decode()
    assert "data-elder" in html
    assert "标准版" in html
    client.post("/ui/elder", {"elder": "off"})
    assert "data-elder" not in client.get("/ui/gallery/phone/home").content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", "\\\\evil.example", ""]
)
def test_nobody_is_led_to_another_site(client, target):
    response = client.post("/ui/elder", {"elder": "on", "next": target})
    assert response["Location"] == "/"


def test_the_page_the_form_stood_on_is_the_way_back(client):
    response = client.post("/ui/elder", {"elder": "on"}, headers={"referer": "http://testserver/m/"})
    assert response["Location"] == "/m/"
    response = client.post("/ui/elder", {"elder": "on"}, headers={"referer": "https://evil.example/m/"})
    assert response["Location"] == "/"


def test_looking_at_the_switch_changes_nothing(client):
    assert client.get("/ui/elder").status_code == 405


def test_only_a_signed_in_persons_choice_is_announced(client, monkeypatch):
    told = []
    monkeypatch.setattr(events.elder_chosen, "announce", told.append)
    client.post("/ui/elder", {"elder": "on"})
    assert told == []


def test_light_opts_out_of_the_dark(client):
    client.post("/ui/theme", {"theme": "light"})
    assert 'data-theme="light"' in client.get("/ui/gallery/phone/home").content.decode()
    client.post("/ui/theme", {"theme": "auto"})
    assert "data-theme" not in client.get("/ui/gallery/phone/home").content.decode()


@pytest.mark.parametrize(("cookie", "shown"), [("dense", "dense"), ('"><script>', "normal"), ("loose", "loose")])
def test_a_row_height_from_outside_is_checked(client, cookie, shown):
    client.cookies["density"] = cookie
    assert f'data-density="{shown}"' in client.get("/ui/gallery/console/list").content.decode()


def test_a_wrong_form_comes_back_with_what_was_typed(client):
    response = client.post("/ui/gallery/phone/identity", {"name": "林晓禾", "id_no": ""})
    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="林晓禾"' in html
    assert "请填写身份证号。" in html


@override_settings(ZHIJIA_SITE={"owner": "示范市总工会", "icp": "鲁ICP备00000000号", "hotline": "12351"})
def test_the_site_says_who_runs_it(client):
    html = client.get("/ui/gallery/error/404?look=public").content.decode()
    assert "示范市总工会" in html
    assert "鲁ICP备00000000号" in html


@override_settings(ZHIJIA_SITE={"onwer": "示范市总工会"})
def test_a_misspelt_site_setting_is_named():
    with pytest.raises(TypeError, match="onwer"):
        current_site()
