from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.foundation.jobs import selectors as jobs, services as job_services
from zhijia.foundation.regions import selectors, services
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Invalid


class Command(BaseCommand):
    help = (
        "Load divisions: a full file (code,parent,level,name) as of a day, or with --changes a yearly list of changes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="CSV, also gzipped; without one, the packaged divisions")
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, help="first day (default: today)")
        parser.add_argument("--changes", action="store_true", help="the file is a list of changes (CSV or XLSX)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            if options["changes"]:
                self._change(options["file"])
                return
            if options["file"] is None:
                loaded = services.load_packaged(SYSTEM, now=now)
            else:
                first_day = options["valid_from"] or timezone.localdate(now)
                loaded = services.load_file(SYSTEM, options["file"], valid_from=first_day, now=now)
        except Invalid as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"读取{loaded.read}个区划：新增{loaded.added}，变更{loaded.changed}，"
            f"文件中没有而现行的{loaded.absent}（保留，撤销请用变更文件）。"
        )

    def _change(self, path: Path | None) -> None:
        if path is None or not path.is_file():
            raise CommandError("请给出变更文件。")
        now = timezone.now()
        with path.open("rb") as file:
            public_id = services.take_changes(SYSTEM, file, now=now)
        while jobs.get_job(SYSTEM, public_id).state in {"queued", "running"}:
            job_services.run_slice(public_id)
            time.sleep(0.1)
        job = jobs.get_job(SYSTEM, public_id)
        for line in selectors.list_changes(str(job.payload["batch"])):
            self.stdout.write(
                f"第{line.number}行 {line.code} {line.get_kind_display()}：{line.get_outcome_display()} {line.reason}"
            )
        if job.error:
            raise CommandError(job.error)
