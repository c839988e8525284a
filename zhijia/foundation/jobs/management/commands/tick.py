"""`zhijia tick`: do what the clock asks, once or each minute for ever."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connections
from django.utils import timezone

from zhijia.foundation.jobs import services

MINUTE_S = 60


class Command(BaseCommand):
    help = "Do everything whose moment has come (each once, however many processes ask)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", help="one periodic function, e.g. jobs.revive_silent_jobs")
        parser.add_argument("--forever", action="store_true", help="again at each full minute, until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["forever"]:
            done = services.run_due(now=timezone.now(), only=options["only"], clock=timezone.now)
            if options["verbosity"] > 1:
                self.stdout.write(" ".join(done) or "nothing was due")
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: stop.set())
        while not stop.is_set():
            close_old_connections()
            services.run_due(now=timezone.now(), only=options["only"], clock=timezone.now)
            connections.close_all()
            stop.wait(MINUTE_S - time.time() % MINUTE_S)
