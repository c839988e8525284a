"""`zhijia verify-code CODE`: check a member's code without network or database, with the public keys alone."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from zhijia.kernel import codes
from zhijia.kernel.crypto import Verifier
from zhijia.kernel.errors import ZhijiaError


class Command(BaseCommand):
    help = (
        "Check a member's code offline. Trusts codes of the last two minutes; whether a card was voided it can't know."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the scanned text: an address or what follows /v/")
        parser.add_argument(
            "--keys", help='file with {"1": "<64 hex>"}, as served at /v/keys; default: this installation\'s'
        )
        parser.add_argument("--province", default=settings.ZHIJIA_PROVINCE)

    def handle(self, *args: Any, **options: Any) -> None:
        verifier = settings.ZHIJIA_KEYS.verifier
        if options["keys"]:
            said = json.loads(Path(options["keys"]).read_text(encoding="utf-8"))
            verifier = Verifier({int(key_id): key for key_id, key in said.items()})
        try:
            payload = codes.payload_of(options["code"])
            code = codes.read_member_code(payload, verifier, timezone.now(), province=options["province"], offline=True)
        except ZhijiaError as error:
            self.stderr.write(f"{error.code}: {error.message}")
            raise SystemExit(1) from None
        made = timezone.localtime(code.made_at)
        self.stdout.write(f"签名有效：会员卡 {code.card}，{made:%Y-%m-%d %H:%M} 生成。是否已停用须联网核验。")
