"""Pages of the gallery: a template each, its data from the samples."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.ui.gallery import case_samples, console_samples, phone_samples
from zhijia.kernel.doors import public
from zhijia.kernel.errors import NotFound, RuleBroken, TooMany, WrongState, ZhijiaError

PAGES: dict[str, tuple[str, ...]] = {
    "phone": phone_samples.PAGES,
    "console": console_samples.PAGES,
    "error": ("404", "403", "409", "422", "429", "500"),
}


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/gallery/index.html", {"pages": PAGES.items(), "title": "页面样例"})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, look: str, name: str) -> HttpResponse:
    """`/ui/gallery/phone/home`; a form posted to it comes back with what is wrong."""
    if name not in PAGES.get(look, ()):
        raise Http404
    if look == "error":
        return _error_page(request, int(name))
    samples = phone_samples if look == "phone" else console_samples
    context = samples.context(name, request)
    status = 422 if request.method == "POST" else 200
    return render(request, f"ui/gallery/{look}/{name}.html", context, status=status)


_ERRORS: dict[int, ZhijiaError] = {
    404: NotFound(),
    403: ZhijiaError(
        "auth.not_allowed", "“困难职工建档批准”须由县级帮扶岗办理，您当前的身份是“县级组织岗”。您填写的内容没有提交。"
    ),
    409: WrongState(),
    422: RuleBroken("transfer.same_unit", "您已经是这个工会的会员，不用再转会。"),
    429: TooMany("accounts.too_many_codes", "今天发送的验证码已达上限，请明天再试，或到服务窗口办理。"),
    500: ZhijiaError("server.error", "系统出了一点问题，我们已经记录下来，请稍后再试。"),
}


def _error_page(request: HttpRequest, status: int) -> HttpResponse:
    error = _ERRORS[status]
    look = request.GET.get("look", "console")
    if look not in ("phone", "console", "public"):
        raise Http404
    context: dict[str, Any] = {"code": error.code, "message": error.message, "facts": error.facts, "status": status}
    return render(request, f"ui/errors/{look}.html", context)


@public
@require_safe
def code_picture(request: HttpRequest) -> HttpResponse:
    """A sample code in black on white."""
    code = segno.make("https://zhijia.example/v/" + "A" * 112, error="m")
    with io.BytesIO() as drawn:
        code.save(drawn, kind="svg", omitsize=True, xmldecl=False)
        picture = drawn.getvalue()
    return HttpResponse(picture, content_type="image/svg+xml")


@public
@require_safe
def job_part(request: HttpRequest) -> HttpResponse:
    """What a running job answers to its own poll: here, that it has ended."""
    return render(request, "ui/console/job.html", {"job": case_samples.finished_job()})
