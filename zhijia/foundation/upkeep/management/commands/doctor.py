"""`zhijia doctor`: what is missing or unsafe, in sentences; the exit status tells monitoring."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from zhijia.foundation.upkeep import selectors
from zhijia.kernel.health import Grade

STATUS = {Grade.GOOD: 0, Grade.WARN: 1, Grade.BAD: 2}
_MARKS = {Grade.GOOD: "正常", Grade.WARN: "注意", Grade.BAD: "异常"}


class Command(BaseCommand):
    help = "Say what is missing or unsafe. Status 0: all is well; 1: to be mended soon; 2: unsafe or not working."
    requires_system_checks = ()  # it tells them itself, with all the rest

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, for monitoring")
        parser.add_argument("--quiet", action="store_true", help="only what is not well")

    def handle(self, *args: Any, **options: Any) -> None:
        summary = selectors.examine(now=timezone.now())
        shown = summary.to_mend if options["quiet"] else summary.findings
        if options["json"]:
            rows = [
                {"code": each.code, "grade": each.grade.value, "text": each.text, "advice": each.advice}
                for each in shown
            ]
            said = {"grade": summary.grade.value, "at": summary.at.isoformat(), "findings": rows}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            for each in shown:
                self.stdout.write(f"{_MARKS[each.grade]}  {each.text}{each.advice}")
            count = len(summary.to_mend)
            self.stdout.write(f"共 {count} 项需要处理。" if count else "检查完毕，一切正常。")
        if STATUS[summary.grade]:
            raise SystemExit(STATUS[summary.grade])
