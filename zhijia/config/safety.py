"""What a production installation must not start with: pure looks at the settings, without the database.

`zhijia serve`, the WSGI entry and Django's checks (`zhijia check`) refuse with `refusals`; `zhijia doctor` tells these
and `warnings` too.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from zhijia.kernel.health import Finding, bad, good, look, warn

TRIAL = "no real people"
"""What ZHIJIA_DEMONSTRATION_PORTS must say, in words, where production may run with the demonstration's ports."""


def refusals() -> list[Finding]:
    """What stops the start of a production installation; empty for every other."""
    return list(_refusals()) if getattr(settings, "ZHIJIA_PRODUCTION", False) else []


def require_safe() -> None:
    """Raises ImproperlyConfigured with every reason at once."""
    found = refusals()
    if found:
        reasons = "\n".join(f"- {each.text}{each.advice}" for each in found)
        raise ImproperlyConfigured(f"平台没有启动，请先改正这些设置：\n{reasons}")


def _refusals() -> Iterator[Finding]:
    yield from _text_port()
    yield from _real_name_port()
    yield from _wechat_port()
    yield from _public_address()
    yield from _hosts()
    yield from _keys()


def _trial() -> bool:
    return str(settings.ZHIJIA_DEMONSTRATION_PORTS) == TRIAL


_HOW_TO_ALLOW = f"只是试用、不处理真实人员信息的，写明 ZHIJIA_DEMONSTRATION_PORTS={TRIAL!r}。"


def _gateway(code: str, what: str, chosen: str, names: tuple[str, str], values: tuple[str, str]) -> Iterator[Finding]:
    """Findings for a port whose setting may be `http` alone, with its address and its secret."""
    setting, demonstration = names
    if chosen == demonstration:
        if not _trial():
            yield bad(
                code,
                f"{what}还是演示用的（{setting}={chosen}）。",
                f"请把 {setting} 设为 http，并填写地址和密钥。{_HOW_TO_ALLOW}",
            )
    elif chosen != "http":
        yield bad(code, f"{setting} 的值“{chosen}”无法识别。", f"请设为 http，或在试用时设为 {demonstration}。")
    else:
        address, secret = values
        if urlsplit(address).scheme not in ("https", "http") or not urlsplit(address).hostname:
            yield bad(code, f"{what}没有可用的地址。", f"请在 {setting.removesuffix('_SOURCE')}_URL 里填写完整网址。")
        if len(secret) < 16:
            yield bad(
                code,
                f"{what}的签名密钥没有填写或太短。",
                f"请在 {setting.removesuffix('_SOURCE')}_SECRET 里填写至少 16 个字符。",
            )


def _text_port() -> Iterator[Finding]:
    values = (settings.ZHIJIA_SMS_URL, settings.ZHIJIA_SMS_SECRET)
    yield from _gateway("config.sms", "短信网关", settings.ZHIJIA_SMS, ("ZHIJIA_SMS", "console"), values)


def _real_name_port() -> Iterator[Finding]:
    values = (settings.ZHIJIA_REAL_NAME_URL, settings.ZHIJIA_REAL_NAME_SECRET)
    names = ("ZHIJIA_REAL_NAME_SOURCE", "offline")
    yield from _gateway("config.real_name", "实名核验服务", settings.ZHIJIA_REAL_NAME_SOURCE, names, values)
    if settings.ZHIJIA_REAL_NAME_DOWN:
        yield bad("config.real_name", "实名核验服务被设成了无响应。", "请去掉 ZHIJIA_REAL_NAME_DOWN。")


def _wechat_port() -> Iterator[Finding]:
    if settings.ZHIJIA_WECHAT not in ("off", "http"):
        yield bad("config.wechat", f"ZHIJIA_WECHAT 的值“{settings.ZHIJIA_WECHAT}”无法识别。", "请设为 off 或 http。")
    elif settings.ZHIJIA_WECHAT == "http" and not (settings.ZHIJIA_WECHAT_APP_ID and settings.ZHIJIA_WECHAT_SECRET):
        yield bad(
            "config.wechat",
            "已打开微信登录，但没有公众号的编号或密钥。",
            "请填写 ZHIJIA_WECHAT_APP_ID 和 ZHIJIA_WECHAT_SECRET，或把 ZHIJIA_WECHAT 设为 off。",
        )


def _public_address() -> Iterator[Finding]:
    address = urlsplit(settings.ZHIJIA_PUBLIC_URL)
    code, advice = "config.public_url", "请在 ZHIJIA_PUBLIC_URL 里填写职工访问的 https 网址，它会印在二维码和短信里。"
    if address.scheme != "https" or not address.hostname:
        yield bad(code, f"对外网址“{settings.ZHIJIA_PUBLIC_URL}”不是 https 网址。", advice)
    elif _is_loopback(address.hostname):
        yield bad(code, f"对外网址“{settings.ZHIJIA_PUBLIC_URL}”只能在本机打开。", advice)
    elif not _is_allowed(address.hostname):
        yield bad(
            code,
            f"对外网址的主机名 {address.hostname} 不在 ZHIJIA_HOSTS 里，打开会被拒绝。",
            "请让 ZHIJIA_HOSTS 包含这个主机名。",
        )


def _is_allowed(host: str) -> bool:
    return any(host == each or (each.startswith(".") and f".{host}".endswith(each)) for each in settings.ALLOWED_HOSTS)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _hosts() -> Iterator[Finding]:
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield bad("config.hosts", "ZHIJIA_HOSTS 没有限定主机名。", "请写明平台的主机名，多个用逗号分开，不用星号。")
    if settings.DEBUG:
        yield bad("config.debug", "调试模式是打开的，出错页面会泄露内部信息。", "请去掉 ZHIJIA_DEBUG。")


def _keys() -> Iterator[Finding]:
    if len(set(settings.SECRET_KEY)) < 8:
        yield bad("config.keys", "SECRET_KEY 不是随机的。", "请按 docs/runbooks/keys.md 重新生成。")
    for name in settings.ZHIJIA_KEYS.not_random:
        yield bad("config.keys", f"密钥 {name} 不是随机的。", "请按 docs/runbooks/keys.md 用 zhijia new-keys 生成。")


# --- What works, and is better mended -------------------------------------------------------------------------------
def warnings() -> Iterator[Finding]:
    """What a production installation runs with, and should not for long."""
    if _trial():
        yield warn(
            "config.trial",
            "平台按试用方式运行：短信或实名核验可以是演示用的，不能处理真实人员信息。",
            "正式使用前请接入短信网关和实名核验服务，并去掉 ZHIJIA_DEMONSTRATION_PORTS。",
        )
    for setting, address in (
        ("ZHIJIA_SMS_URL", settings.ZHIJIA_SMS_URL),
        ("ZHIJIA_REAL_NAME_URL", settings.ZHIJIA_REAL_NAME_URL),
    ):
        parts = urlsplit(address)
        if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            yield warn("config.plain_http", f"{setting} 是不加密的 http 网址。", "请改用 https，或确认走的是专线。")
    if not settings.ZHIJIA_CLIENT_ADDRESS_HEADER:
        yield warn(
            "config.client_address",
            "没有设置从代理取客户地址的请求头，所有人会被当作同一个地址计数。",
            "在 nginx 后面请设 ZHIJIA_CLIENT_ADDRESS_HEADER=X-Real-IP。",
        )
    if settings.SECURE_HSTS_SECONDS < 15_552_000:
        yield warn("config.hsts", "浏览器记住只用 https 的时间不足半年。", "请调大 ZHIJIA_HSTS_SECONDS。")
    if not settings.ZHIJIA_SITE.get("owner"):
        yield warn(
            "config.site", "页面上的单位名称还是演示用的。", "请运行 zhijia init，或填写 ZHIJIA_SITE_OWNER 等设置。"
        )
    if "public" in settings.ZHIJIA_SURFACES and not settings.ZHIJIA_SITE.get("icp"):
        yield warn("config.icp", "公众网站页脚没有 ICP 备案号。", "备案后请填写 ZHIJIA_SITE_ICP。")
    if not settings.ZHIJIA_BOUNDARIES:
        yield warn(
            "config.boundaries",
            "“附近的会员之家”用的县界没有审图号。",
            "公开使用前请用有审图号的数据，见 docs/rules/regions.md，填在 ZHIJIA_BOUNDARIES。",
        )


@look("config")
def settings_are_safe(now: datetime) -> Iterator[Finding]:
    if not getattr(settings, "ZHIJIA_PRODUCTION", False):
        yield warn(
            "config.development",
            "平台用的是开发设置，只适合演示和开发。",
            "正式运行请设 DJANGO_SETTINGS_MODULE=zhijia.config.settings.production。",
        )
        return
    found = [*_refusals(), *warnings()]
    yield from found or [good("config", "设置齐全：网址、主机名、密钥、短信和实名核验都可用于正式运行。")]


# --- Django's checks ------------------------------------------------------------------------------------------------
def check_settings(app_configs: Any, **_others: Any) -> list[Any]:
    """`zhijia check` and every command refuse with these; registered by the app that runs first."""
    from django.core import checks  # noqa: PLC0415  the WSGI guard needs no checks

    return [checks.Error(each.text, hint=each.advice, id=f"zhijia.{each.code}") for each in refusals()]


def check_deployment(app_configs: Any, **_others: Any) -> list[Any]:
    """What `zhijia check --deploy` adds."""
    from django.core import checks  # noqa: PLC0415

    if not getattr(settings, "ZHIJIA_PRODUCTION", False):
        return []
    return [checks.Warning(each.text, hint=each.advice, id=f"zhijia.{each.code}") for each in warnings()]
