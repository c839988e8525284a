"""`zhijia forget-key seal:1`: a retired key is expected no more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.foundation.upkeep import services
from zhijia.kernel.errors import ZhijiaError


class Command(BaseCommand):
    help = "Take a retired key off the list of those that this database expects (docs/runbooks/keys.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as zhijia doctor names it: seal:1")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            services.forget_key(options["name"], now=timezone.now())
        except ZhijiaError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"已注销密钥 {options['name']}。")
