"""The demonstration's first page, and what throws its data away."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.world import World
from zhijia.cli import demonstration
from zhijia.demo import guide, marks, staff
from zhijia.demo.staff import POSTS
from zhijia.foundation.accounts.services import factors
from zhijia.foundation.notify import services as notify
from zhijia.organization.unions.models import Union

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def stands(world: World, settings: Any, tmp_path: Path, monkeypatch: Any) -> World:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    marks.set_mark({"plant": world["plant"].code, "plant_name": world["plant"].name, "roster": "林晓禾 3702"})
    unions = {key: world[key] for key in ("province", "city", "county", "town", "home", "plant")}
    monkeypatch.setattr(guide, "find_unions", lambda: unions)
    return world


@pytest.mark.django_db
def test_it_names_every_account_with_its_unit_and_second_step(
    stands: World, client: Client, clock: Any, now: Any
) -> None:
    notify.send_to_number("accounts.invitation", "13900001111", {"link": "https://here.example.org/x"}, now=now)
    page = client.get("/demo/").content.decode()
    for post in POSTS:
        assert post.mobile in page
        assert stands[post.union_key].name in page
    operator = next(post for post in POSTS if post.role == "OPERATOR")
    assert factors.totp_code(staff.totp_secret(operator), int(now.timestamp()) // 30) in page
    assert "13900001111" in page
    assert "https://here.example.org/x" in page
    assert 'href="/demo/"' in client.get("/").content.decode()


@pytest.mark.django_db
def test_the_terminal_says_the_same(stands: World) -> None:
    mark = marks.find_mark()
    assert mark is not None
    told = guide.printed(mark)
    for post in POSTS:
        assert re.search(rf"{post.mobile}.*{stands[post.union_key].name}", told)
    assert all(step in told for step in guide.steps(mark))
    (example,) = re.findall(r"zhijia totp (\d+)", told)
    call_command("totp", example, stdout=(out := StringIO()))
    assert re.fullmatch(r"\d{6}\n", out.getvalue())


@pytest.mark.parametrize(("mobile", "why"), [("13800000001", "短信验证码"), ("13900000000", "没有这个演示账号")])
def test_a_code_that_nobody_needs_is_not_shown(mobile: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("totp", mobile)


def test_the_log_that_the_guide_names_is_there(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("ZHIJIA_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("ZHIJIA_LOG_FILE", raising=False)
    demonstration.keep_terminal_clear()
    assert Path(os.environ["ZHIJIA_LOG_FILE"]) == tmp_path / "var" / "demo.log"
    assert (tmp_path / "var" / "demo.log").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["production", "without a mark"])
def test_no_other_installation_has_it(stands: World, client: Client, settings: Any, where: str) -> None:
    if where == "production":
        settings.ZHIJIA_PRODUCTION = True
    else:
        marks.path().unlink()
    assert client.get("/demo/").status_code == 404
    assert "/demo/" not in client.get("/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_reset_leaves_an_empty_database_and_the_keys(stands: World, settings: Any) -> None:
    (settings.VAR_DIR / "keys.env").write_text("kept")
    settings.MEDIA_ROOT.mkdir()
    demonstration.reset()
    assert not Union.objects.exists()
    assert not marks.path().exists()
    assert not settings.MEDIA_ROOT.exists()
    assert (settings.VAR_DIR / "keys.env").exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_no_demonstration_is_not_thrown_away(world: World, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    with pytest.raises(SystemExit, match="不是演示数据"):
        demonstration.reset()
    assert Union.objects.exists()


@pytest.mark.parametrize("text", ["", "0", "65536", "http", "８０００"])
def test_a_port_that_is_none_is_told(text: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "port-is-free", text], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "端口要是" in done.stderr
