"""Asking a server as fast as it answers: wrk where it is installed, else processes of our own.

Our own client needs more of the shared cores than wrk, so it finds both figures of a ratio lower. Compare figures of
one client only; a result says in its note which one it was.
"""

from __future__ import annotations

import multiprocessing
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import IO
from urllib.parse import urlsplit

CONNECTIONS = 16
PROCESSES = 2


def client_name() -> str:
    return "wrk" if shutil.which("wrk") else "python"


def requests_per_second(url: str, *, seconds: float = 3, headers: Mapping[str, str] | None = None) -> float:
    """GETs answered with 200 in a second, over 16 kept connections. Raises RuntimeError for any other answer."""
    _require_200(url, headers or {})  # wrk takes a way to the sign-in for an answer
    if shutil.which("wrk"):
        return _with_wrk(url, seconds, headers or {})
    with multiprocessing.Pool(PROCESSES) as pool:
        per_process = CONNECTIONS // PROCESSES
        counts = pool.starmap(_ask, [(url, seconds, per_process, dict(headers or {}))] * PROCESSES)
    return sum(counts) / seconds


def _require_200(url: str, headers: Mapping[str, str]) -> None:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
    connection.request("GET", parts._replace(scheme="", netloc="").geturl() or "/", headers=dict(headers))
    answer = connection.getresponse()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{url} answered {answer.status} {answer.headers.get('Location', '')}")


def _with_wrk(url: str, seconds: float, headers: Mapping[str, str]) -> float:
    extra = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [
        "wrk",
        "-t",
        str(PROCESSES),
        "-c",
        str(CONNECTIONS),
        "-d",
        f"{seconds:.0f}s",
        "--timeout",
        "30s",
        *extra,
        url,
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"{url} did not answer as it should: {output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if found is None:
        raise RuntimeError(f"wrk said: {output}")
    return float(found[1])


def _ask(url: str, seconds: float, connections: int, headers: Mapping[str, str]) -> int:
    parts = urlsplit(url)
    told = {"Host": parts.netloc} | dict(headers)
    lines = [f"GET {parts.path or '/'} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    request = "\r\n".join([*lines, "", ""]).encode()
    sockets = [socket.create_connection((parts.hostname, parts.port or 80)) for _ in range(connections)]
    deadline, count = time.monotonic() + seconds, 0
    try:
        while time.monotonic() < deadline:
            for each in sockets:
                each.sendall(request)
            for each in sockets:
                _read_answer(each)
                count += 1
    finally:
        for each in sockets:
            each.close()
    return count


def _read_answer(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"answered {head[:60]!r}")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while len(body) < int(length[1] if length else 0):
        body += _more(connection)


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise RuntimeError("the server closed the connection")
    return received


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], url: str, *, environment: Mapping[str, str], wait_s: float = 30) -> Iterator[None]:
    """A server process that answers at `url`, ended afterwards; what it prints is kept out of our own lines."""
    printed = tempfile.TemporaryFile()  # noqa: SIM115  closed when the server has ended
    process = subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT
    )
    try:
        deadline = time.monotonic() + wait_s
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} did not start: {_end_of(printed)}")
            time.sleep(0.1)
        yield
    except BaseException:
        print(_end_of(printed), file=sys.stderr)
        raise
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        printed.close()


def _end_of(printed: IO[bytes]) -> str:
    printed.seek(0)
    return printed.read()[-4000:].decode(errors="replace")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False
