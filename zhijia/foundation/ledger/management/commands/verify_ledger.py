"""`zhijia verify-ledger`: compute the whole log anew and say whether anything sealed was changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from zhijia.foundation.ledger import selectors, services


class Command(BaseCommand):
    help = "Check every sealed row, node and signed tree head; status 1 and a list where something differs."

    def handle(self, *args: Any, **options: Any) -> None:
        result = services.check(now=timezone.now())
        for sentence in result.wrong:
            self.stderr.write(sentence)
        if result.wrong:
            self.stderr.write(f"存证不一致：{len(result.wrong)} 处。请保留现场，并按 docs/rules/ledger.md 处理。")
            raise SystemExit(1)
        head = selectors.newest_head()
        root = bytes(head.root).hex() if head else "（尚无记录）"
        self.stdout.write(f"存证完整：{result.size:,} 条记录，树根 {root}")
