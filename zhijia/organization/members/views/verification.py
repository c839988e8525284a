"""`/v/<payload>`: anybody may check a code; what he sees depends on who he is."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from zhijia.foundation.accounts.access import public
from zhijia.kernel import codes
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request
from zhijia.organization.members import selectors

_REFUSED = {
    "code.expired": ("会员码已过期", "again"),
    "code.foreign": ("外省的会员码", "again"),
    "code.malformed": ("无法识别", "again"),
}
_FORGED = ("会员码无效", "no")


@public
def verify(request: Request, payload: str) -> HttpResponse:
    """Valid or not, 张* and his union; the own union's cadre gets the way to the file. Never a number.

    A code that is only old, or another province's, is amber and says what to do; a forged one and a void card are red.
    """
    try:
        code = codes.read_member_code(
            payload, settings.ZHIJIA_KEYS.verifier, request.now, province=settings.ZHIJIA_PROVINCE
        )
    except ZhijiaError as error:
        title, kind = _REFUSED.get(error.code, _FORGED)
        return _answer(request, title, error.message, kind, status=error.status)
    holder = selectors.holder_of(code.card)
    if holder is None:
        text = "这张会员卡已经停用，请持卡人登录查看原因。"
        return _answer(request, "会员卡无效", text, "no", status=410)
    text = f"{holder.masked_name} · {holder.state_label} · {holder.union_name}"
    file = selectors.file_from_card(request.actor, holder, now=request.now)
    return _answer(request, "会员卡有效", text, "yes", file=file)


def _answer(request: Request, title: str, text: str, kind: str, *, file: str = "", status: int = 200) -> HttpResponse:
    verdict = {"kind": kind, "title": title, "text": text}
    page = {"verdict": verdict, "file": file, "checked_at": request.now}
    response = render(request, "members/verify.html", page, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _public_keys() -> dict[str, str]:
    return {str(key_id): key for key_id, key in settings.ZHIJIA_KEYS.verifier.public_keys().items()}


@public
def keys(request: Request) -> HttpResponse:
    """The public keys, `{"1": "<64 hex>"}`: all that a checker without network needs."""
    return JsonResponse(_public_keys())


@public
def offline(request: Request) -> HttpResponse:
    """A page that checks on the reader's own device; without a script the server checks the signature and the
    minute.
    """
    verdict = None
    if request.method == "POST":
        try:
            payload = codes.payload_of(request.POST.get("code", "")[:400])
            codes.read_member_code(
                payload, settings.ZHIJIA_KEYS.verifier, request.now, province=settings.ZHIJIA_PROVINCE, offline=True
            )
            verdict = {"yes": True, "text": "签名有效，是刚刚出示的会员码。卡是否已停用须联网核验。"}
        except ZhijiaError as error:
            verdict = {"yes": False, "text": error.message}
    return render(request, "members/offline.html", {"keys": _public_keys(), "verdict": verdict})
