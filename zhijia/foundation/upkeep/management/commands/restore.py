"""`zhijia restore FOLDER`: a backup into an empty database and an empty folder of files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhijia.foundation.upkeep import backups
from zhijia.kernel.db import DumpFailed
from zhijia.kernel.errors import ZhijiaError


class Command(BaseCommand):
    help = "Check a backup's sums and restore it; --check only checks."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup: .../zhijia-20260915-020000")
        parser.add_argument("--check", action="store_true", help="only compare the sums")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                wrong = backups.check(options["folder"])
                if wrong:
                    raise CommandError(f"备份不完整或被改动：{'、'.join(wrong)}。")
                self.stdout.write("备份完整。")
                return
            backups.restore(options["folder"], say=self.stdout.write)
        except (OSError, DumpFailed) as error:
            raise CommandError(f"恢复没有完成：{error}") from None
        except ZhijiaError as error:
            raise CommandError(error.message) from None
        self.stdout.write("恢复完成。请运行 zhijia upgrade、zhijia doctor 和 zhijia verify-ledger，再启动平台。")
