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


@public
def verify(request: Request, payload: str) -> HttpResponse:
    """Valid or not and 张*; the own union's cadre gets the way to the file. Never a number, never another's union."""
    try:
        code = codes.read_member_code(
            payload, settings.ZHIJIA_KEYS.verifier, request.now, province=settings.ZHIJIA_PROVINCE
        )
    except ZhijiaError as error:
        return _answer(request, {"yes": False, "title": "不能确认", "text": error.message}, status=error.status)
    holder = selectors.holder_of(code.card)
    if holder is None or not holder.valid:
        text = "这张会员卡已经停用，请持卡人登录查看原因。"
        return _answer(request, {"yes": False, "title": "会员卡无效", "text": text}, status=410)
    verdict = {"yes": True, "title": "会员卡有效", "text": f"{holder.masked_name} · {holder.state_label}"}
    return _answer(request, verdict, file=selectors.file_from_card(request.actor, holder, now=request.now))


def _answer(request: Request, verdict: dict[str, object], *, file: str = "", status: int = 200) -> HttpResponse:
    context = {"verdict": verdict, "file": file, "checked_at": request.now}
    response = render(request, "members/verify.html", context, status=status)
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
