"""The member's card: the big code, its picture, and a new card after a lost phone."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from zhijia.foundation.idempotency.decorators import once
from zhijia.kernel import codes
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.members import selectors
from zhijia.organization.members.services import cards

STEP_SECONDS = int(codes.STEP.total_seconds())


def seconds_left(request: Request) -> int:
    """Of the step in which the code now shown was signed."""
    return STEP_SECONDS - int(request.now.timestamp()) % STEP_SECONDS


def card(request: Request) -> HttpResponse:
    """The big code. For HX-Request the part alone, so that a script can renew it."""
    mine = selectors.my_card(request.actor)
    if mine is None:
        return redirect("joining:standing")
    context = {
        "card": mine,
        "seconds": seconds_left(request),
        "period": STEP_SECONDS,
        "step": int(request.now.timestamp()) // STEP_SECONDS,
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "members/_card_code.html" if part else "members/card.html", context)


def code_picture(request: Request) -> HttpResponse:
    """The dynamic code as SVG; signed anew at each request, never cached."""
    mine = selectors.my_card(request.actor)
    if mine is None:
        raise NotFound
    payload = codes.sign_member_code(
        mine.serial, flags=0, province=settings.ZHIJIA_PROVINCE, signer=settings.ZHIJIA_KEYS.signer, now=request.now
    )
    picture = codes.qr_svg(f"{settings.ZHIJIA_PUBLIC_URL}/v/{payload}", title="会员码")
    return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@once
def replace(request: Request) -> HttpResponse:
    """The phone was lost, or a code was photographed: the old card stops at once."""
    if selectors.my_card(request.actor) is None:
        raise NotFound
    if request.method == "POST":
        cards.replace(request.actor.require_person(), actor=request.actor, now=request.now)
        messages.success(request, "已换发新卡，原来的会员码立即失效。")
        return redirect("members:card")
    return render(request, "members/replace_card.html")
