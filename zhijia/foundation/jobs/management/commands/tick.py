"""`zhijia tick`: do what the clock asks; `zhijia serve` and a system timer call it each minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from zhijia.foundation.jobs import services


class Command(BaseCommand):
    help = "Do everything whose moment has come (each once, however many processes ask)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only", default="", help="the name of one periodic function, e.g. jobs.revive_silent_jobs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = services.run_due(now=timezone.now(), only=options["only"])
        if options["verbosity"] > 1:
            self.stdout.write(" ".join(done) or "nothing was due")
