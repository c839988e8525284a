"""`serve`: /healthz through the whole chain of production, against the same server with a bare application."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.load import client_name, free_port, requests_per_second, running
from benchmarks.result import Result, interleaved
from zhijia.kernel.crypto import new_environment

BAR = 0.5
TARGETS = ("benchmarks.bare:application", "benchmarks.bare_django:application", "zhijia.config.wsgi:application")


def _command(target: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "error"),
        *("--workers", "2", "--blocking-threads", "2", "--host", "127.0.0.1", "--port", str(port), target),
    ]


def main() -> int:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="zhijia-bench-"))
        (Path(folder) / "static").mkdir()
        environment = (
            os.environ
            | new_environment()
            | {
                "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.production",
                "SECRET_KEY": "only-for-this-benchmark-0123456789abcdef",
                "ZHIJIA_HOSTS": "127.0.0.1,zhijia.example.org",
                "ZHIJIA_PUBLIC_URL": "https://zhijia.example.org",
                "ZHIJIA_DEMONSTRATION_PORTS": "no real people",
                "ZHIJIA_VAR": folder,
                "DATABASE_URL": f"sqlite:///{folder}/zhijia.sqlite3",
            }
        )
        urls = []
        for target in TARGETS:
            port = free_port()
            urls.append(f"http://127.0.0.1:{port}/healthz")
            stack.enter_context(running(_command(target, port), urls[-1], environment=environment))
        for url in urls:
            requests_per_second(url, seconds=1)
        bare, django, full = interleaved([partial(requests_per_second, url) for url in urls])
    note = f"client {client_name()}; Django without any middleware {django:,.0f}, {django / bare:.2f} of the limit"
    print(Result("serve", full, bare, "requests/s", bar=BAR, note=note).line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
