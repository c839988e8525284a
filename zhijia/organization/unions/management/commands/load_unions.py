from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.foundation.jobs import selectors as jobs, services as job_services
from zhijia.kernel.actor import SYSTEM, Scope
from zhijia.kernel.errors import WrongState, ZhijiaError
from zhijia.kernel.typed import typed
from zhijia.organization.unions import building, selectors, services
from zhijia.organization.unions.models import Union, UnionLoad
from zhijia.organization.unions.selectors import loads

MAX_ROWS = 200_000
SHOWN = 50


class Command(BaseCommand):
    help = "Load unions from XLSX or CSV: check every row, tell what is wrong, write the good ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument(
            "--tree", action="store_true", help="first the general unions and homes of the whole province (empty tree)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only check and report")
        parser.add_argument("--under", help="code of the union below which the file's unions stand (default: the top)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["tree"]:
                self._build()
            if options["file"] is None:
                if not options["tree"]:
                    raise CommandError("请给出名册文件，或用 --tree 先建立各级总工会。")
                return
            load = self._take(options["file"], options["under"])
            self._report(load)
            if options["dry_run"]:
                services.drop_load(SYSTEM, load, now=timezone.now())
                self.stdout.write("只核对，没有写入任何数据。")
                return
            self._write(load)
        except ZhijiaError as error:
            raise CommandError(error.message) from error

    def _build(self) -> None:
        province = f"{settings.ZHIJIA_PROVINCE}0000000000"
        unions = building.build_tree(SYSTEM, province, now=timezone.now(), founded_on=None)
        self.stdout.write(f"已建立{len(unions)}个总工会，每个乡镇（街道）各有一个网上会员之家。")

    def _take(self, path: Path, under: str | None) -> UnionLoad:
        unit = self._unit(under)
        if not path.is_file():
            raise CommandError(f"没有这个文件：{path}")
        with path.open("rb") as file:
            load = services.take_file(SYSTEM, unit, file, path.name, now=timezone.now(), max_rows=MAX_ROWS)
        self._run(load.job)
        load.refresh_from_db()
        return load

    def _unit(self, under: str | None) -> Union:
        found = selectors.find_by_code(typed(under)) if under else None
        tops = selectors.tops(Scope(everything=True))
        if under is None and len(tops) == 1:
            found = tops[0]
        if found is None:
            raise CommandError("请用 --under 给出上级工会的编码；还没有工会的，先用 --tree 建立各级总工会。")
        return selectors.get_union(SYSTEM, found.public_id)

    def _run(self, job: str) -> None:
        """Work on the job here, whether or not a worker runs too."""
        while job and jobs.get_job(SYSTEM, job).state in {"queued", "running"}:
            job_services.run_slice(job)
            time.sleep(0.1)

    def _report(self, load: UnionLoad) -> None:
        figures = load.figures
        self.stdout.write(
            f"{load.file_name}：{load.rows}行，将新建{figures.get('new', 0)}，已有{figures.get('same', 0)}，"
            f"有错{figures.get('bad', 0)}"
        )
        if len(load.sheets) > 1:
            self.stdout.write(f"  读取的是工作表“{load.sheet}”，其余的没有读取。")
        if load.ignored:
            self.stdout.write(f"  没有用到的列：{'、'.join(load.ignored)}。")
        if load.hidden_rows:
            self.stdout.write(f"  有{load.hidden_rows}行被筛选或隐藏，也一并读取。")
        for row in loads.list_load_rows(load, "bad", limit=SHOWN)[:SHOWN]:
            for fault in row.errors:
                self.stdout.write(f"  第{row.number}行 {fault['label']}：{fault['reason']}")
        if figures.get("bad", 0) > SHOWN:
            self.stdout.write(f"  只显示前{SHOWN}行，全部见控制台“导入工会名册”。")

    def _write(self, load: UnionLoad) -> None:
        try:
            self._run(services.write_load(SYSTEM, load, now=timezone.now()))
        except WrongState as error:
            self.stdout.write(error.message)
            return
        load.refresh_from_db()
        self.stdout.write(f"新建{load.figures.get('opened', 0)}个工会，未写入{load.figures.get('bad', 0)}行。")
