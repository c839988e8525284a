"""A pgbouncer of our own before a private server, with the settings of deploy/pgbouncer.ini."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import START_WAIT_S, PrivateServer, _as_owner

SETTINGS = Path(__file__).resolve().parents[1] / "deploy" / "pgbouncer.ini"
PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
MISSING = "pgbouncer is not installed: apt-get install pgbouncer"


def address(folder: Path) -> str:
    return f"postgres://zhijia@/zhijia?host={folder}&port=6432"


@contextmanager
def pgbouncer(folder: Path, server: PrivateServer, changes: Mapping[str, str]) -> Iterator[None]:
    """`folder` belongs to the server's user and holds the socket. `changes` are settings, or parts of the text."""
    text = SETTINGS.read_text(encoding="utf-8").replace("host=127.0.0.1", f"host={server.folder} user=zhijia")
    own = {"unix_socket_dir": str(folder), "auth_type": "trust", "auth_file": str(folder / "users")}
    for name, value in {**own, **changes}.items():
        text, count = re.subn(rf"^{name} =.*$", lambda _, n=name, v=value: f"{n} = {v}", text, flags=re.MULTILINE)
        if not count:
            text = text.replace(name, value)
    (folder / "users").write_text('"zhijia" ""\n')
    (folder / "pgbouncer.ini").write_text(text, encoding="utf-8")
    with (folder / "pgbouncer.log").open("ab") as log:
        process = subprocess.Popen(
            _as_owner([str(PROGRAM), "-q", str(folder / "pgbouncer.ini")]), cwd=folder, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + START_WAIT_S
        while not (folder / ".s.PGSQL.6432").exists():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((folder / "pgbouncer.log").read_text(errors="replace"))
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_WAIT_S)
