"""Making the demonstration's database, once; a second start finds it and changes nothing."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone


def keep_terminal_clear() -> None:
    """Lines of the log go to a file beside the data: the terminal is for what people read, and for their codes."""
    os.environ.setdefault("ZHIJIA_LOG_FILE", str(Path(os.environ.get("ZHIJIA_VAR", "var")) / "demo.log"))
    log = Path(os.environ["ZHIJIA_LOG_FILE"])
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch()  # the guide names it, and the first warning may be long in coming


def reset() -> None:
    """Throw the demonstration's data away. Raises SystemExit where what lies there is not the demonstration's."""
    django.setup()
    from django.db import connection

    from zhijia.demo import marks

    if not marks.path().exists():
        if connection.introspection.table_names():
            raise SystemExit("这里的数据不是演示数据，没有删除任何内容。")
        return
    call_command("migrate", verbosity=0, interactive=False)
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    for name in ("ledger-heads.log", "last-backup.json"):
        (settings.VAR_DIR / name).unlink(missing_ok=True)
    marks.path().unlink()
    print("演示数据已清空。", flush=True)


def prepare(*, scale: str, seed: int) -> str:
    """Migrate and build the demonstration province where it does not stand yet; returns who may sign in and how."""
    started = time.monotonic()
    django.setup()
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from zhijia.demo.build import build

    guide = build(scale=scale, seed=seed, now=timezone.now(), say=lambda text: print(text, flush=True))
    print(f"准备完毕，用时 {time.monotonic() - started:.0f} 秒。", flush=True)
    return guide
