"""What we ask WeChat: who a code stands for, and a ticket to sign scanning pages with. Nothing else of the user.

`ZHIJIA_WECHAT`: `off` (default) or `http`, which needs ZHIJIA_WECHAT_APP_ID and ZHIJIA_WECHAT_SECRET.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.core.cache import cache

from zhijia.kernel.errors import RuleBroken

_API = "https://api.weixin.qq.com"
_EARLIER_S = 300


@dataclass(frozen=True, slots=True)
class WeChatUser:
    """`unionid` is empty where the official account belongs to no open platform."""

    openid: str
    unionid: str = ""

    def __repr__(self) -> str:
        return "<WeChatUser>"


class WeChatPort(Protocol):
    def exchange(self, code: str) -> WeChatUser:
        """Who a one-time code stands for. Raises RuleBroken `wechat.refused`, `wechat.unreachable`."""

    def ticket(self) -> str:
        """A ticket that signs scanning pages. Raises as `exchange`."""


def _unreachable() -> RuleBroken:
    return RuleBroken("wechat.unreachable", "暂时无法连接微信，请稍后再试，或用手机号登录。")


class HttpPort:
    """WeChat's own servers. Access token and ticket are kept until five minutes before they end."""

    def __init__(self, app_id: str, secret: str, timeout_seconds: float = 5.0) -> None:
        self._app_id, self._secret, self._timeout = app_id, secret, timeout_seconds

    def exchange(self, code: str) -> WeChatUser:
        said = self._ask(
            "/sns/oauth2/access_token",
            {"appid": self._app_id, "secret": self._secret, "code": code, "grant_type": "authorization_code"},
        )
        openid, unionid = said.get("openid"), said.get("unionid") or ""
        if not isinstance(openid, str) or not 1 <= len(openid) <= 128 or not isinstance(unionid, str):
            raise RuleBroken("wechat.refused", "微信没有确认您的身份，请重新打开登录页，或用手机号登录。")
        return WeChatUser(openid, unionid[:128])

    def ticket(self) -> str:
        return self._kept("ticket", lambda: self._ask("/cgi-bin/ticket/getticket", self._ticket_query()))

    def _ticket_query(self) -> dict[str, str]:
        query = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        token = self._kept("access_token", lambda: self._ask("/cgi-bin/token", query))
        return {"access_token": token, "type": "jsapi"}

    def _kept(self, name: str, ask: Any) -> str:
        key = f"wechat.{name}.{self._app_id}"
        found = cache.get(key)
        if found is None:
            said = ask()
            found = said.get(name)
            if not isinstance(found, str) or not found:
                raise _unreachable()
            cache.set(key, found, max(60, int(said.get("expires_in", 7_200)) - _EARLIER_S))
        return str(found)

    def _ask(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        address = f"{_API}{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(address, timeout=self._timeout) as answer:  # noqa: S310  a constant host
                said = json.loads(answer.read(65_536))
        except (OSError, urllib.error.URLError, ValueError):
            raise _unreachable() from None  # the address holds the secret: no cause, no log
        return said if isinstance(said, dict) else {}


def current_port() -> WeChatPort:
    return HttpPort(settings.ZHIJIA_WECHAT_APP_ID, settings.ZHIJIA_WECHAT_SECRET)
