"""`zhijia verify-ledger`: compute the whole log anew and say whether anything sealed was changed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.foundation.ledger import heads, selectors, services


class Command(BaseCommand):
    help = "Check every sealed row, node and signed tree head; status 1 and a list where something differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", action="append", default=[], help="SIZE:ROOT, a head kept on paper; repeatable")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            on_paper = [heads.parse(text) for text in options["head"]]
        except ValueError:
            raise CommandError("--head 要写成 条数:树根，例如 1024:9f2c…（64 位十六进制）。") from None
        result = services.check(now=timezone.now())
        wrong = [*result.wrong, *heads.contradictions(on_paper)]
        for sentence in wrong:
            self.stderr.write(sentence)
        if wrong:
            self.stderr.write(f"存证不一致：{len(wrong)} 处。请保留现场，并按 docs/rules/ledger.md 处理。")
            raise SystemExit(1)
        head = selectors.newest_head()
        root = bytes(head.root).hex() if head else "（尚无记录）"
        self.stdout.write(f"存证完整：{result.size:,} 条记录，树根 {root}")
