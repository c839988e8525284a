"""Whether WeChat is there at all, and whom a WeChat user may be."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound

from .models import WeChatIdentity
from .ports import WeChatUser

__all__ = ["WeChatUser"]


def is_on() -> bool:
    return settings.ZHIJIA_WECHAT == "http" and bool(settings.ZHIJIA_WECHAT_APP_ID)


def require_on() -> None:
    """Raises NotFound where WeChat is not configured."""
    if not is_on():
        raise NotFound


def is_inside(agent: str) -> bool:
    """Whether a browser says it is WeChat's own."""
    return "micromessenger" in agent.lower()


def digest(kind: str, value: str) -> str:
    return str(settings.ZHIJIA_KEYS.hashes.digest(f"wechat.{kind}", value)) if value else ""


def find_identity(user: WeChatUser) -> WeChatIdentity | None:
    """By the union id where both sides know one, else by this official account's id."""
    union = digest("unionid", user.unionid)
    found = WeChatIdentity.objects.filter(union_digest=union).first() if union else None
    return found or WeChatIdentity.objects.filter(openid_digest=digest("openid", user.openid)).first()


def bound_at(actor: Actor) -> datetime | None:
    """Since when the actor's account knows a WeChat user; None where it knows none."""
    if actor.account_id is None:
        return None
    return WeChatIdentity.objects.filter(account_id=actor.account_id).values_list("bound_at", flat=True).first()
