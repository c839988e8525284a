"""`zhijia copy /var/lib/zhijia/zhijia.sqlite3`: from SQLite into an empty PostgreSQL database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.foundation.upkeep import copying
from zhijia.kernel.errors import ZhijiaError


class Command(BaseCommand):
    help = "Copy an SQLite database into the empty PostgreSQL database of DATABASE_URL; all of it or nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="the SQLite file; stop the platform first")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        try:
            copied = copying.copy_database(options["source"], today=today, say=self.stdout.write)
        except ZhijiaError as error:
            raise CommandError(error.message) from None
        for each in copied:
            self.stdout.write(f"{each.checksum}  {each.rows:>12,}  {each.table}")
        self.stdout.write(
            f"复制完成：{len(copied)} 张表、{sum(each.rows for each in copied):,} 行，两边行数和校验和都一致。"
            "密钥和文件没有复制：请沿用原来的密钥（环境文件，或 ZHIJIA_VAR 里的 keys.env）和 ZHIJIA_VAR 目录，"
            "再运行 zhijia doctor 和 zhijia verify-ledger。"
        )
