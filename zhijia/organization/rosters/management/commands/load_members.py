from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.kernel.errors import ZhijiaError
from zhijia.organization.rosters import from_disk, selectors as rosters
from zhijia.organization.rosters.rules.rows import LABELS

SHOWN = 50


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # of the pages, a second at every start
    help = "Load members from CSV or XLSX, up to a million rows; the same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only check and report")
        parser.add_argument(
            "--sheet", default="", help="sheet of the workbook (default: the one that names the columns)"
        )
        parser.add_argument(
            "--confirm-numbers", action="store_true", help="write although a union gets far more members than workers"
        )
        parser.add_argument("--under", default="", help="code of the union whose members these are (default: the top)")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"没有这个文件：{path}")
        try:
            load = from_disk.load_file(
                path,
                from_disk.unit_of(options["under"]),
                dry_run=options["dry_run"],
                sheet=options["sheet"],
                confirmed=options["confirm_numbers"],
                clock=timezone.now,
                say=lambda text: self.stdout.write(text) if options["verbosity"] else None,
            )
        except ZhijiaError as error:
            fields = "".join(f"\n  {LABELS.get(name, name)}：{text}" for name, text in error.fields.items())
            advice = "确认无误请加 --confirm-numbers。" if error.code == "roster.crowded" else ""
            raise CommandError(error.message + advice + fields) from error
        figures = load.figures
        if options["dry_run"]:
            new, known = figures.get("new", 0), figures.get("known", 0)
            self.stdout.write(f"{load.rows}行：将新增{new}，将登记已有档案{known}，")
        else:
            self.stdout.write(f"{load.rows}行：新增{figures.get('added', 0)}，登记已有档案{figures.get('bound', 0)}，")
        self.stdout.write(f"已是会员{figures.get('same', 0)}，有错{figures.get('bad', 0)}。")
        for row in rosters.list_refused(load, limit=SHOWN).rows:
            for column, _, reason in row.faults:
                self.stdout.write(f"  第{row.number}行 {LABELS.get(column, column)}：{reason}")
        if figures.get("bad", 0) > SHOWN:
            self.stdout.write(f"  只显示前{SHOWN}行，全部见控制台“导入会员名册”。")
        if options["dry_run"]:
            self.stdout.write("只核对，没有写入任何数据。")
