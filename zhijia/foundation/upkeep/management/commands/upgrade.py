"""`zhijia upgrade`: the tables of this version, made while people go on working with the one before."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhijia.foundation.upkeep import upgrading
from zhijia.kernel.errors import ZhijiaError


class Command(BaseCommand):
    help = "Apply what the database lacks without holding anybody up; safe to run again, and on several machines."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tries", type=int, default=upgrading.TRIES, help="how often to wait for a table in use")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = upgrading.upgrade(pause=time.sleep, tries=max(1, options["tries"]), say=self.stdout.write)
        except ZhijiaError as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            f"数据库结构已更新，执行了 {len(done)} 项：{'、'.join(done)}。" if done else "数据库结构已是最新。"
        )
