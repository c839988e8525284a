"""The suite's own ground: the network is closed, threads run together, PostgreSQL starts and is gone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from conftest import NetworkClosed
from tests.check import broken_links
from tests.parallel import together
from tests.postgres import private_postgres
from tests.templates import faults


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0)])
def test_no_test_reaches_beyond_this_machine(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as probe, pytest.raises(NetworkClosed):
        probe.connect(address)


def test_no_name_is_looked_up():
    with pytest.raises(NetworkClosed):
        urllib.request.urlopen("http://example.org/")


def test_what_runs_together_hands_back_results_and_errors():
    def fail() -> int:
        raise KeyError("x")

    outcomes = together([lambda: 1, fail, lambda: 2])
    assert sorted(outcomes.values) == [1, 2]
    assert [type(error) for error in outcomes.errors] == [KeyError]


def test_a_private_server_answers_and_leaves_nothing_behind():
    with private_postgres() as address:
        with psycopg.connect(address) as connection:
            (version,) = connection.execute("SHOW server_version_num").fetchone()
            assert int(version) >= 150000
        folder = Path(address.partition("host=")[2].partition("&")[0])
        assert folder.exists()
    assert not folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="needs setpriv")
def test_a_killed_run_takes_its_server_with_it():
    code = (
        "import time; from tests.postgres import private_postgres\n"
        "with private_postgres() as address: print(address, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    address = process.stdout.readline().strip()
    process.kill()
    process.wait()
    process.stdout.close()
    folder = Path(address.partition("host=")[2].partition("&")[0])
    try:
        wait_until_gone(address)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_gone(address: str) -> None:
    for _ in range(100):
        try:
            psycopg.connect(address, connect_timeout=1).close()
        except psycopg.OperationalError:
            return
        time.sleep(0.05)
    pytest.fail("the server is still there")


def test_the_link_check_finds_a_missing_file_and_a_missing_heading(tmp_path, monkeypatch):
    from tests import check

    monkeypatch.setattr(check, "ROOT", tmp_path)
    (tmp_path / "b.md").write_text("# Two words\n")
    page = tmp_path / "a.md"
    page.write_text("[ok](b.md#two-words) [no](b.md#three) [gone](c.md) [out](https://example.org) `[code](d.md)`")
    assert [line.partition(": ")[2] for line in broken_links(page)] == ["b.md#three", "c.md"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<script>go()</script>", "inline script"),
        ('<p style="color: red">', "inline style"),
        ('<button onclick="go()">', "inline handler"),
        ('<img alt="" src="data:image/png;base64,x">', "data: address"),
        ("{{ name|safe }}", "unescaped value"),
        ('<script src="https://cdn.example.org/x.js"></script>', "address of another host"),
        ('<img src="x.png">', "picture without words"),
        ('<form method="post"><input name="a"></form>', "form that posts without csrf_token"),
    ],
)
def test_the_template_check_finds_what_pages_may_not_hold(text, what):
    assert [found for _, found in faults("\n" + text)] == [what]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="/static/x.js" defer></script>',
        '<script type="application/json" id="d">{}</script>',
        '<form method="post">{% csrf_token %}</form>',
        "{# <script>in a comment</script> #}",
        '<a href="/m/join?on=1">',
    ],
)
def test_the_template_check_leaves_good_templates_alone(text):
    assert list(faults(text)) == []
