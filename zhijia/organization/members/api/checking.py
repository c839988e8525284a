"""Checking a card: anybody may, and learns no more than a surname."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from ninja import Path
from pydantic import Field

from zhijia.kernel import codes
from zhijia.kernel.api import Out, Routes, Who
from zhijia.kernel.errors import Expired
from zhijia.kernel.http import Request
from zhijia.organization.members import selectors

routes = Routes("verify", "核验会员码", who=Who.ANYONE)


class VerdictOut(Out):
    valid: bool
    name: str = Field(examples=["张*"])
    state: str
    file: str = Field(description="本工会干部得到会员编号，其他人为空")


class KeysOut(Out):
    keys: dict[str, str] = Field(description="密钥编号和 64 位十六进制公钥，供离线核验")


@routes.read("/verify/{payload}", VerdictOut, gone=True)
def verify(request: Request, payload: Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,200}$")]) -> VerdictOut:
    """核验会员码。停用的卡为 410。"""
    code = codes.read_member_code(
        payload, settings.ZHIJIA_KEYS.verifier, request.now, province=settings.ZHIJIA_PROVINCE
    )
    holder = selectors.holder_of(code.card)
    if holder is None:
        raise Expired("card.void", "这张会员卡已经停用，请持卡人登录查看原因。")
    file = selectors.file_from_card(request.actor, holder, now=request.now)
    return VerdictOut(valid=True, name=holder.masked_name, state=holder.state_label, file=file)


@routes.read("/verify-keys", KeysOut)
def keys(request: Request) -> KeysOut:
    """离线核验用的公钥。"""
    found = settings.ZHIJIA_KEYS.verifier.public_keys()
    return KeysOut(keys={str(key_id): key for key_id, key in found.items()})
