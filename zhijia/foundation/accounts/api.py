"""Signing in and out, the step-up, devices and the number: what a member's own app needs of the doors."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.contrib.auth import logout
from django.middleware.csrf import get_token
from pydantic import Field

from zhijia.kernel.api import AsSent, Done, In, Number, Out, PublicId, Routes, Text, Who
from zhijia.kernel.errors import Expired, Invalid
from zhijia.kernel.http import Request
from zhijia.kernel.masks import mask_mobile

from . import entering, selectors, sessions
from .addresses import known_device
from .rules import PASSWORD_STANDS, Factor, Purpose
from .services import codes, devices, mobiles, puzzles, settings, signing_in, stepping

door = Routes("session", "登录", who=Who.ANYONE, surface="member")
own = Routes("account", "账号", who=Who.MEMBER, surface="member")
ROUTES = (door, own)


class SessionOut(Out):
    signed_in: bool
    staff: bool = Field(description="这个会话已进入工作台")
    csrf_token: str = Field(description="写操作放在 X-CSRFToken 头里；登录后会更换")
    mobile_masked: str


class SentOut(Out):
    wait_seconds: int = Field(description="多少秒后可以再次获取")


class MobileIn(In):
    mobile: Number = Field(max_length=24, examples=["13800138000"])
    puzzle: Text = Field("", max_length=120, description="答复 code.puzzle 之后：安全验证的 challenge")
    proof: Text = Field("", max_length=20, description="安全验证的计算结果")
    answer: Text = Field("", max_length=8, description="或者安全验证问题的答案")


class PuzzleOut(Out):
    challenge: str
    bits: int = Field(description="找到 proof，使 SHA-256(challenge:proof) 的前若干位为零")
    question: str = Field(description="不计算的，请人回答这个问题", examples=["三加五等于几？"])


class SignInIn(In):
    mobile: Number = Field(max_length=24, examples=["13800138000"])
    code: Number = Field(pattern="^[0-9]{6}$")
    privacy: Literal[True] = Field(description="已阅读并同意《个人信息保护政策》")
    agreement: Literal[True] = Field(description="已阅读并同意《用户服务协议》")


class PasswordIn(In):
    password: AsSent = Field(min_length=1, max_length=128)


class SecondIn(In):
    factor: Literal["totp", "sms", "recovery"]
    code: Number = Field(pattern="^[0-9]{6,8}$")


class DeviceOut(Out):
    id: str
    device: str
    address: str
    created_at: datetime
    seen_at: datetime
    here: bool


class DeviceList(Out):
    items: list[DeviceOut]


class EndedOut(Out):
    ended: int


class CodeForIn(In):
    which: Literal["old", "new"]
    mobile: Number = Field("", max_length=24, description="新手机号；原手机号不必填")


class ChangeMobileIn(In):
    old_code: Number = Field(pattern="^[0-9]{6}$")
    mobile: Number = Field(max_length=24)
    code: Number = Field(pattern="^[0-9]{6}$")


class ElderIn(In):
    on: bool


def _session(request: Request) -> SessionOut:
    signed_in = request.user.is_authenticated
    number = sessions.verified_mobile(request) if signed_in and sessions.MOBILE in request.session else ""
    return SessionOut(
        signed_in=signed_in,
        staff=signed_in and sessions.is_stepped_up(request),
        csrf_token=get_token(request),
        mobile_masked=mask_mobile(number) if number else "",
    )


@door.read("/session", SessionOut)
def current(request: Request) -> SessionOut:
    """当前会话和 CSRF 令牌。"""
    return _session(request)


@door.write("/session/code", SentOut, once=False)
def send_code(request: Request, said: MobileIn) -> SentOut:
    """向手机号发送登录验证码；同一来源 60 秒一条。请求多时答复 code.puzzle，先完成 /session/puzzle 再发。"""
    number = codes.read_mobile(said.mobile)
    wait = codes.send_code(
        request.actor,
        number,
        purpose=Purpose.SIGN_IN,
        device=known_device(request, number),
        answer=puzzles.Answer.read(said.model_dump()),
        now=request.now,
    )
    return SentOut(wait_seconds=wait)


@door.read("/session/puzzle", PuzzleOut)
def puzzle(request: Request) -> PuzzleOut:
    """发送验证码之前的安全验证，10 分钟内一次有效。"""
    made = puzzles.make(now=request.now)
    return PuzzleOut(challenge=made.challenge, bits=made.bits, question=made.question)


@door.write("/session", SessionOut, once=False)
def sign_in(request: Request, said: SignInIn) -> SessionOut:
    """用验证码登录；没有账号的号码同时建立账号。会话有效 30 天。"""
    done = signing_in.sign_in(request.actor, said.mobile, said.code, agreed=("privacy", "agreement"), now=request.now)
    entering.begin(request, done.account, number=codes.read_mobile(said.mobile), by_code=True)
    return _session(request)


@own.write("/session/end", Done, once=False)
def sign_out(request: Request) -> Done:
    """退出登录。"""
    signing_in.sign_out(request.actor, now=request.now)
    entering.end(request)
    return Done()


@own.write("/session/password", SessionOut, once=False)
def password(request: Request, said: PasswordIn) -> SessionOut:
    """进入工作台第一步：密码。10 分钟内用验证码登录且岗位可用短信的，即已进入（staff）；否则 5 分钟内提交第二步。"""
    stepping.check_password(request.actor, said.password, now=request.now)
    account = selectors.account_of(request.actor)
    standing = stepping.standing_of(request.actor, now=request.now)
    by_text = stepping.may_use_text(standing, now=request.now) and not selectors.factors_of(account).strong
    if by_text and sessions.spend(request, sessions.CODE_UNTIL):
        stepping.finish(request.actor, Factor.SMS, now=request.now)
        entering.step_up(request, Factor.SMS)
    else:
        sessions.stamp_until(request, sessions.PASSWORD_AT, PASSWORD_STANDS)
    return _session(request)


def _require_password(request: Request) -> None:
    if not sessions.holds(request, sessions.PASSWORD_AT):
        raise Expired("step_up.password_first", "密码验证已过 5 分钟或还没有通过，请先提交密码。")


@own.write("/session/second/code", SentOut, once=False)
def second_code(request: Request) -> SentOut:
    """进入工作台第二步的短信验证码，只限允许用短信的岗位。"""
    _require_password(request)
    wait = stepping.send_text_code(request.actor, sessions.verified_mobile(request), now=request.now)
    return SentOut(wait_seconds=wait)


@own.write("/session/second", SessionOut, once=False)
def second(request: Request, said: SecondIn) -> SessionOut:
    """进入工作台第二步：动态码、短信验证码或备用码。15 分钟无操作退出工作台。"""
    _require_password(request)
    factor = Factor(said.factor)
    mobile = sessions.verified_mobile(request) if factor is Factor.SMS else ""
    stepping.check_second(request.actor, factor, said.code, mobile=mobile, now=request.now)
    stepping.finish(request.actor, factor, now=request.now)
    entering.step_up(request, factor)
    return _session(request)


@own.read("/me/devices", DeviceList)
def my_devices(request: Request) -> DeviceList:
    """登录过的设备，最多 50 台。"""
    rows = selectors.list_devices(request.actor, sessions.current_digest(request))
    return DeviceList(
        items=[
            DeviceOut(
                id=row.public_id,
                device=row.device,
                address=row.address,
                created_at=row.created_at,
                seen_at=row.seen_at,
                here=row.here,
            )
            for row in rows
        ]
    )


@own.write("/me/devices/end-others", EndedOut)
def end_others(request: Request) -> EndedOut:
    """退出其他所有设备。"""
    return EndedOut(ended=devices.end_sessions(request.actor, but=sessions.current_digest(request), now=request.now))


@own.write("/me/devices/end-everywhere", EndedOut, once=False)
def end_everywhere(request: Request) -> EndedOut:
    """退出所有设备，包括这一台。"""
    ended = devices.end_sessions(request.actor, now=request.now)
    logout(request)
    return EndedOut(ended=ended)


@own.write("/me/devices/{pid}/end", Done)
def end_device(request: Request, pid: PublicId) -> Done:
    """退出一台设备。"""
    devices.end_session(request.actor, pid, now=request.now)
    return Done()


@own.write("/me/mobile/code", SentOut, once=False)
def mobile_code(request: Request, said: CodeForIn) -> SentOut:
    """更换手机号的验证码：原号、新号各一条。"""
    old = said.which == "old"
    if not old and not said.mobile:
        raise Invalid("mobile.missing", "请填写新手机号。", fields={"mobile": "请填写新手机号。"})
    number = sessions.verified_mobile(request) if old else said.mobile
    purpose = Purpose.OLD_NUMBER if old else Purpose.NEW_NUMBER
    return SentOut(wait_seconds=codes.send_code(request.actor, number, purpose=purpose, now=request.now))


@own.write("/me/mobile", Done, once=False)
def change_mobile(request: Request, said: ChangeMobileIn) -> Done:
    """更换手机号；其他设备退出登录。"""
    account = mobiles.change_mobile(
        request.actor,
        old_mobile=sessions.verified_mobile(request),
        old_code=said.old_code,
        mobile=said.mobile,
        code=said.code,
        keep_session=sessions.current_digest(request),
        now=request.now,
    )
    sessions.keep_number(request, account, codes.read_mobile(said.mobile))
    return Done()


@own.write("/me/mobile/release", Done, once=False)
def release_number(request: Request) -> Done:
    """号码已换机主：登录后看到的是原机主的账号。号码与原账号分开，所有设备退出登录；重新登录得到自己的账号。"""
    mobiles.release_number(request.actor, now=request.now)
    logout(request)
    return Done()


@own.write("/me/elder", Done)
def elder(request: Request, said: ElderIn) -> Done:
    """大字版的选择，换设备后也保留。"""
    settings.keep_elder(selectors.account_of(request.actor).pk, on=said.on)
    return Done()
