"""`zhijia backup FOLDER`: database, files, names and heads, with checksums."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.foundation.upkeep import backups
from zhijia.kernel.db import DumpFailed
from zhijia.kernel.errors import ZhijiaError


class Command(BaseCommand):
    help = "Back up everything but the keys into a new folder under FOLDER, while people go on working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep", type=int, default=0, help="afterwards remove all but the newest so many")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep"] < 0:
            raise CommandError("--keep 不能是负数。")
        try:
            made = backups.back_up(options["folder"], now=timezone.now(), keep=options["keep"], say=self.stdout.write)
        except (OSError, DumpFailed) as error:
            raise CommandError(f"备份没有完成：{error}") from None
        except ZhijiaError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"备份完成：{made}")
