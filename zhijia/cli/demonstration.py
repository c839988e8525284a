"""Making the demonstration's database, once; a second start finds it and changes nothing."""

from __future__ import annotations

import time

import django
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone


def prepare(*, scale: str, seed: int) -> None:
    """Migrate and build the demonstration province where it does not stand yet; print who may sign in."""
    started = time.monotonic()
    django.setup()
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from zhijia.demo.build import build

    guide = build(scale=scale, seed=seed, now=timezone.now(), say=lambda text: print(text, flush=True))
    print(f"准备完毕，用时 {time.monotonic() - started:.0f} 秒。\n{guide}", flush=True)
