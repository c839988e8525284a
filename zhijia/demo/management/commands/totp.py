"""`zhijia totp 13800000003`: the present code of a demonstration account's authenticator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.demo.staff import POSTS, totp_secret
from zhijia.foundation.accounts.services import factors
from zhijia.organization.access.roles import ROLES


class Command(BaseCommand):
    help = "Show the present six digits of a demonstration account's authenticator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mobile")

    def handle(self, *args: Any, **options: Any) -> None:
        post = next((post for post in POSTS if post.mobile == options["mobile"]), None)
        if post is None:
            raise CommandError("没有这个演示账号，请照演示说明填写手机号。")
        if not ROLES[post.role].strong:
            raise CommandError(f"{post.mobile} 用短信验证码进入工作台，不需要动态口令。")
        step = int(timezone.now().timestamp()) // factors.STEP_S
        self.stdout.write(factors.totp_code(totp_secret(post), step))
