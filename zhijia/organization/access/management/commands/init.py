"""`zhijia init`: the first administrators, unions and names of a new platform, by questions or from a file."""

from __future__ import annotations

import sys
import tomllib
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.kernel.errors import Invalid, ZhijiaError
from zhijia.kernel.identifiers import normalize_mobile
from zhijia.organization.access import founding
from zhijia.organization.access.founding import ADMINISTRATORS, LEAST, Administrator, Answers
from zhijia.organization.access.roles import ROLES
from zhijia.organization.people import services as people

SITE_QUESTIONS = (
    ("province", "省（自治区、直辖市）名称", None),
    ("name", "平台名称", "职家"),
    ("owner", "主办单位", "{province}总工会"),
    ("public_name", "公众网站名称", "{province}总工会"),
    ("hotline", "服务热线", "12351"),
    ("hotline_hours", "热线服务时间", "24 小时"),
)


class Command(BaseCommand):
    help = "Make the first administrators, the province's unions and homes, and the names of a new platform; once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        # Numbers of people do not belong into arguments, which every user of the machine can list.
        parser.add_argument("--answers", help="a TOML file with the answers, - for standard input; else it asks")
        parser.add_argument(
            "--print-links", action="store_true", help="also print the one-time links of the invitations"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            founding.require_new()
            answers = self._from_file(options["answers"]) if options["answers"] else self._asked()
            done = founding.found(answers, now=timezone.now(), say=self.stdout.write)
        except ZhijiaError as error:
            raise CommandError(f"{error.message}（{error.code}）") from None
        self.stdout.write("平台已初始化。首批管理员：")
        for each in done.invited:
            self.stdout.write(f"  {each.role}  {each.name}  开通链接已发短信，72 小时内有效")
            if options["print_links"]:
                self.stdout.write(f"    {each.link}")
        self.stdout.write(
            "每位管理员打开自己的链接，用本人手机号登录，设置密码和验证器，就能进入工作台。\n"
            "名称从下一次启动起显示：systemctl restart zhijia。接着请运行 zhijia doctor 检查还缺什么。"
        )

    def _from_file(self, name: str) -> Answers:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
            return founding.read_answers(tomllib.loads(text))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"无法读取回答文件 {name}：{error}") from None
        except tomllib.TOMLDecodeError as error:
            raise CommandError(f"回答文件不是 TOML 格式：{error}") from None

    # --- Questions ------------------------------------------------------------------------------------------------
    def _asked(self) -> Answers:
        if not sys.stdin.isatty():
            raise CommandError("没有终端可以提问，请用 --answers 给出回答文件。")
        self.stdout.write("下面的回答显示在页面和短信里；直接回车用方括号里的值。")
        site: dict[str, str] = {}
        for key, label, default in SITE_QUESTIONS:
            site[key] = self._ask(label, default=default.format(**site) if default else None)
        self.stdout.write(
            "\n首批管理员：系统、安全、审计三类由不同的人担任；安全管理员须有两位，一人申请授权，另一人复核。"
        )
        administrators: list[Administrator] = []
        for post, role in ADMINISTRATORS.items():
            for number in range(1, LEAST[post] + 1):
                title = ROLES[role].label + (f"（第 {number} 位）" if LEAST[post] > 1 else "")
                administrators.append(self._administrator(post, title))
        founding.check_administrators(administrators, today=timezone.localdate())
        named = "、".join(f"{ROLES[ADMINISTRATORS[each.post]].label} {each.name}" for each in administrators)
        if self._ask(f"\n将设立 {named}。确认请输入“是”", default="") != "是":
            raise CommandError("没有写入任何内容。")
        return Answers(tuple(administrators), site)

    def _administrator(self, post: str, title: str) -> Administrator:
        self.stdout.write(f"\n{title}")
        today = timezone.localdate()
        while True:
            name, number = self._ask("  姓名"), self._ask("  身份证号码")
            try:
                people.read_identity(name, "RESIDENT_ID", number, today=today)
                break
            except Invalid as error:
                self.stdout.write(f"  {error.message}")
        return Administrator(post, name, number, self._ask("  手机号", check=normalize_mobile))

    def _ask(self, label: str, *, default: str | None = None, check: Callable[[str], object] | None = None) -> str:
        """Until there is an answer that `check` takes; an empty one is the default where there is one."""
        while True:
            said = input(f"{label}{f' [{default}]' if default else ''}：").strip()
            if not said and default is None:
                continue
            try:
                if check is not None:
                    check(said)
                return said or default or ""
            except Invalid as error:
                self.stdout.write(f"  {error.message}")
