"""The button that sends a code, the same on every page that has one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from zhijia.foundation.accounts.addresses import known_device
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.accounts.services import codes, puzzles
from zhijia.foundation.ui.form import ZhijiaForm
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.masks import mask_mobile

_LONGEST_WAIT_S = 120


def send_code(request: Request, form: ZhijiaForm, number: str, purpose: Purpose) -> dict[str, Any]:
    """Send, and say what the page then shows: `{"status", "seconds", "hint", "error", "puzzle"}`. The form takes a
    refusal; where a little work is asked for first, `puzzle` is a fresh one.
    """
    sent = send_code_by(
        request,
        lambda: codes.send_code(
            request.actor,
            number,
            purpose=purpose,
            device=known_device(request, number),
            answer=puzzles.Answer.read(request.POST),
            now=request.now,
        ),
    )
    if sent["error"] is not None:
        form.take(sent["error"])
        if sent["error"].code == "code.puzzle":
            sent["puzzle"] = puzzles.make(now=request.now)
            form.fields["answer"].required = True  # as the page shows it
    else:
        sent["hint"] = f"已发送到 {mask_mobile(number)}，5 分钟内有效"
    return sent


def send_code_by(request: Request, send: Callable[[], int]) -> dict[str, Any]:
    """As `send_code`, with the sending given: it returns the seconds until the next."""
    try:
        return {"status": 200, "seconds": send(), "hint": "已发送，5 分钟内有效", "error": None}
    except ZhijiaError as error:
        return {"status": error.status, "seconds": _seconds_left(request, error), "hint": "", "error": error}


def _seconds_left(request: Request, error: ZhijiaError) -> int:
    """How long the button rests after a refusal; 0 beyond two minutes, where the sentence says it better."""
    at = error.facts.get("retry_at")
    left = codes.whole_seconds(at, request.now) if isinstance(at, datetime) else 0
    return left if left <= _LONGEST_WAIT_S else 0


def send_button(
    request: Request, value: str, number: str, sent: dict[str, Any] | None = None, *, label: str = "获取验证码"
) -> dict[str, Any]:
    """As `button=` of `phone_field`, and for `accounts/_send.html`. It counts down while the next code to `number` (as
    typed, maybe empty) must wait, whatever the page answers besides: a wrong code does not take the seconds away.
    """
    seconds = sent["seconds"] if sent else 0
    if not seconds:
        seconds = codes.seconds_left(request.actor, number, device=known_device(request, number), now=request.now)
    return counting_button(value, seconds, label=label)


def counting_button(value: str, seconds: int, *, label: str = "获取验证码") -> dict[str, Any]:
    """The same where the seconds are known; 0: it may be pressed."""
    if not seconds:
        return {"name": "send", "value": value, "label": label}
    return {"name": "send", "value": value, "label": f"{seconds} 秒后重发", "seconds": seconds, "then": "重新获取"}
