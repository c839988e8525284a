"""What stands in deploy/ is taken by the programs it is for: nginx, systemd, the shell."""

from __future__ import annotations

import contextlib
import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhijia.kernel.registry import registry

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
HOST = "zhijia.example.org"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command += ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def whole(site: str, folder: Path, certificate: Path) -> Path:
    """The site's file in a configuration that needs neither root nor a folder of the system."""
    site = site.replace("/etc/ssl/zhijia/", f"{certificate}/")
    (folder / "site.conf").write_text(site)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"{'user root;' if os.getuid() == 0 else ''}daemon off;\n"
        f"pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\n{temporary}include {folder}/site.conf;\n}}\n"
    )
    return path


def test_nginx_takes_the_file_as_it_is(tmp_path: Path, certificate: Path) -> None:
    assert Path(NGINX).exists(), "the suite needs nginx: tools/system-packages test"
    path = whole((DEPLOY / "nginx.conf").read_text(), tmp_path, certificate)
    done = subprocess.run([NGINX, "-t", "-c", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


class Echo(http.server.BaseHTTPRequestHandler):
    """The platform's stand-in: says how it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        while length > 0:
            length -= len(self.rfile.read(min(length, 1 << 20)))
        told = f"{self.path} {self.headers['Host']} {self.headers['X-Real-IP']} {self.headers['X-Forwarded-Proto']}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told.encode())

    do_POST = do_GET  # noqa: N815  the name is the library's

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, certificate: Path) -> Iterator[tuple[int, int]]:
    """The ports, plain and TLS, of an nginx that runs with our file before a stand-in."""
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    plain, tls = free_port(), free_port()
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"listen \[::\]:.*;\n", "", site)
    site = site.replace("listen 80", f"listen 127.0.0.1:{plain}").replace("listen 443", f"listen 127.0.0.1:{tls}")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{behind.server_port}")
    process = subprocess.Popen([NGINX, "-c", str(whole(site, folder, certificate))])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", tls), 0.1):
                break
            time.sleep(0.05)
        yield plain, tls
    finally:
        process.terminate()
        process.wait()
        behind.shutdown()
        behind.server_close()


def ask(
    port: int, path: str, *, tls: bool = True, host: str = HOST, body: int = 0, headers: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Status, body and Location; TLS with the name of `host`."""
    context = ssl._create_unverified_context()
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        connection = stack.enter_context(context.wrap_socket(raw, server_hostname=host)) if tls else raw
        lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines += [f"Content-Length: {body}"] if body else []
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        with contextlib.suppress(OSError):
            for _ in range(0, body, 1 << 20):
                connection.sendall(b"x" * min(1 << 20, body))
        answer = b""
        with contextlib.suppress(OSError):
            while piece := connection.recv(65_536):
                answer += piece
    head, _, content = answer.decode(errors="replace").partition("\r\n\r\n")
    location = re.search(r"^Location: (.*?)\r?$", head, re.MULTILINE)
    return int(head.split()[1]) if head else 0, content, location[1] if location else ""


def test_http_leads_to_https(proxy: tuple[int, int]) -> None:
    status, _, location = ask(proxy[0], "/m/?a=1", tls=False)
    assert (status, location) == (301, f"https://{HOST}/m/?a=1")


def test_the_platform_hears_who_asks_and_cannot_be_told_otherwise(proxy: tuple[int, int]) -> None:
    forged = {"X-Real-IP": "6.6.6.6", "X-Forwarded-Proto": "http"}
    status, told, _ = ask(proxy[1], "/m/", headers=forged)
    assert (status, told) == (200, f"/m/ {HOST} 127.0.0.1 https")


def test_what_operators_ask_is_shut(proxy: tuple[int, int]) -> None:
    assert [ask(proxy[1], path)[0] for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]


def test_another_host_gets_no_answer(proxy: tuple[int, int]) -> None:
    assert ask(proxy[0], "/", tls=False, host="other.example.org")[0] == 0
    with pytest.raises(ssl.SSLError):
        ask(proxy[1], "/", host="other.example.org")


def megabytes(text: str) -> int:
    found = re.findall(r"client_max_body_size (\d+)m;", text)
    return max(map(int, found)) * 1024 * 1024


def test_the_largest_file_that_the_platform_takes_passes() -> None:
    """Exports are files too, but nobody sends them to us."""
    conf = (DEPLOY / "nginx.conf").read_text()
    console = conf.split("location /console/")[1].split("}")[0]
    roster = registry.file_uses["rosters.file"].most_bytes
    assert megabytes(console) > roster
    papers = [use.most_bytes for use in registry.file_uses.values() if {"jpeg", "pdf"} & use.types]
    assert megabytes(conf.split("location /console/")[0]) > max(papers)


def test_a_roster_passes_and_no_flood_elsewhere(proxy: tuple[int, int]) -> None:
    size = 30 * 1024 * 1024
    assert ask(proxy[1], "/console/rosters", body=size)[0] == 200
    assert ask(proxy[1], "/m/sign-in", body=size)[0] == 413


# --- systemd --------------------------------------------------------------------------------------------------------
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they are, but for a program and a folder that are here."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS:
        text = path.read_text().replace("/opt/zhijia/.venv/bin/zhijia", "/bin/true")
        (folder / path.name).write_text(text.replace("=/opt/zhijia", "=/"))
    return folder


needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")


@needs_systemd
def test_systemd_takes_every_unit(units: Path) -> None:
    files = [str(units / path.name) for path in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", [path.name for path in UNITS if path.suffix == ".service"])
def test_every_service_is_hardened(units: Path, name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(units / name)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0, "exposure above 2.0"


def test_every_timer_has_its_service_and_every_program_is_installed() -> None:
    names = {path.name for path in UNITS}
    assert {path.name.replace(".timer", ".service") for path in UNITS if path.suffix == ".timer"} <= names
    runbook = (ROOT / "docs" / "runbooks" / "start.md").read_text()
    assert [name for name in names if name.endswith(".timer") and name not in runbook] == []


@pytest.mark.parametrize("script", [DEPLOY / "zhijia-admin", DEPLOY / "update"], ids=lambda path: path.name)
def test_scripts_are_read_by_a_plain_shell(script: Path) -> None:
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    assert script.stat().st_mode & 0o111


def test_a_secret_of_any_signs_reaches_a_command_as_it_stands(tmp_path: Path) -> None:
    """The service's settings are read by systemd, which expands nothing; commands by hand must find the same."""
    (tmp_path / "runuser").write_text('#!/bin/sh\nshift 3\nexec "$@"\n')
    (tmp_path / "runuser").chmod(0o755)
    (tmp_path / "environment").write_text("# told\n\nA=x$HOME`id`;#&\nB=\"no real people\"\nC='one two'\nD=a=b=")
    script = (DEPLOY / "zhijia-admin").read_text().replace("/etc/zhijia", str(tmp_path))
    script = script.replace("/opt/zhijia/.venv/bin/zhijia", shutil.which("env") or "env")
    done = subprocess.run(
        ["sh", "-c", script], env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, cwd=tmp_path,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {"A=x$HOME`id`;#&", "B=no real people", "C=one two", "D=a=b=", f"PWD={tmp_path}"} <= {
        *done.stdout.splitlines()
    }


TOLD = r"(?:^zhijia|`zhijia|\.venv/bin/zhijia|^zhijia-admin|`zhijia-admin) ([a-z][a-z-]+)(?=[\s`\\])"


def commands_of(page: Path) -> Iterator[str]:
    yield from re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.mark.parametrize("name", ["start.md", "backup.md", "keys.md"])
def test_the_runbooks_commands_are_read_by_a_plain_shell(name: str) -> None:
    blocks = list(commands_of(ROOT / "docs" / "runbooks" / name))
    assert blocks
    for block in blocks:
        done = subprocess.run(["sh", "-n"], input=block, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_every_command_of_the_platform_that_a_page_names_exists() -> None:
    from django.core.management import get_commands

    known = {name.replace("_", "-") for name in get_commands()} | {"serve", "demo", "load", "new-keys"}
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "README.zh-CN.md", *UNITS, DEPLOY / "update"]
    told = {(page.name, each) for page in pages for each in re.findall(TOLD, page.read_text(), re.MULTILINE)}
    assert told
    assert sorted((page, command) for page, command in told if command not in known) == []
