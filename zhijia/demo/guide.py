"""What to try in the demonstration and whom to be: the same words for the terminal and for its first page."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import segno
from django.conf import settings

from zhijia.foundation.accounts.services import factors
from zhijia.foundation.notify.models import TextMessage
from zhijia.organization.access.roles import ROLES
from zhijia.organization.unions.printing import join_address

from .marks import find_mark
from .staff import PASSWORD, POSTS, find_unions, totp_secret

ADDRESS = "/demo/"
_TEXTS_SHOWN = 10
_TEXTS_OF = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Sample:
    """An account to be: `secret` is empty where a text message is the second factor."""

    mobile: str
    name: str
    role: str
    unit: str
    secret: str


def is_open() -> bool:
    """Whether this process serves a demonstration that stands: never with production's settings."""
    return not getattr(settings, "ZHIJIA_PRODUCTION", False) and find_mark() is not None


def samples() -> list[Sample]:
    unions = find_unions()
    return [
        Sample(
            post.mobile,
            post.name,
            ROLES[post.role].label,
            unions[post.union_key].name,
            totp_secret(post) if ROLES[post.role].strong else "",
        )
        for post in POSTS
    ]


def hints(mark: dict[str, str]) -> list[tuple[str, str]]:
    """Names and numbers that members can use: `[("新会员", "王小明 3702…"), ...]`."""
    return [
        ("新会员", "王小明 370299199003070010"),
        ("名册中的会员，实名后立即有卡", mark.get("roster", "")),
        ("核验不一致", "证件号码末四位的前三位为 998"),
        ("核验服务无响应", "证件号码末四位的前三位为 997"),
    ]


def steps(mark: dict[str, str]) -> list[str]:
    return [
        f"打开“{mark['plant_name']}”的入会网址，三个页面提交申请；再用 13800000001 进入工作台审批，申请人立即有卡。",
        "用名册中的姓名和证件号码实名，会员卡立即可用。",
        "用 13800000003（县级组织岗）看逾期转来的申请，批量办理。",
        "会员在“我的会籍”里转会、保留会籍、退会；13800000001 审批转会和会籍变更、认领会员、导入名册。",
        "13800000003 核对重复档案、批量转接（13800000002 也可以）；13800000007 办理个人信息请求。",
        "13800000008 申请授权，13800000009 复核；13800000010 和 13800000011 改参数、日历和文案，看运行状况。",
    ]


def printed(mark: dict[str, str]) -> str:
    """The guide as printed in the terminal."""
    address = join_address(mark["plant"])
    picture = io.StringIO()
    segno.make(address, error="m").terminal(out=picture, compact=True)
    site = settings.ZHIJIA_PUBLIC_URL
    accounts = [
        f"  {each.mobile}  {each.name}  {each.unit}  {each.role}  "
        + (f"动态口令密钥 {each.secret}" if each.secret else "短信验证码")
        for each in samples()
    ]
    strong = next(each.mobile for each in samples() if each.secret)
    lines = [
        "",
        f"网址：{site}/    演示说明（账号、验证码、可以试的事）：{site}{ADDRESS}",
        f"会员：{site}/m/    工作台：{site}/console/",
        "",
        f"扫码加入“{mark['plant_name']}”：",
        picture.getvalue().rstrip(),
        address,
        "",
        "登录时的短信验证码打印在这个终端里（以 [短信] 开头），演示说明页上也有。",
        "任何手机号都可以登录，例如 13700000000。",
        *(f"{label}：{value}" for label, value in hints(mark)),
        "",
        f"工作人员（先用手机号登录，再进入工作台；密码都是 {PASSWORD}）：",
        *accounts,
        "",
        f"动态口令可以装进任何验证器，演示说明页上也有，或在另一个终端运行：.venv/bin/zhijia totp {strong}",
        "可以试试：",
        *(f"  {number}. {text}" for number, text in enumerate(steps(mark), 1)),
        "重新建立演示数据：make demo-reset    换端口：make demo PORT=9000",
        f"运行日志（只记警告和错误）：{os.environ.get('ZHIJIA_LOG_FILE') or '本终端'}",
    ]
    return "\n".join(lines)


def page(mark: dict[str, str], *, now: datetime) -> dict[str, Any]:
    """The guide as a page, with the codes of this moment for who has no terminal beside him."""
    step = int(now.timestamp()) // factors.STEP_S
    return {
        "join": join_address(mark["plant"]),
        "plant": mark["plant_name"],
        "password": PASSWORD,
        "hints": hints(mark),
        "steps": steps(mark),
        "accounts": [
            {
                "mobile": each.mobile,
                "name": each.name,
                "role": each.role,
                "unit": each.unit,
                "code": factors.totp_code(each.secret, step) if each.secret else "",
            }
            for each in samples()
        ],
        "texts": recent_texts(now=now),
    }


def recent_texts(*, now: datetime) -> Sequence[tuple[datetime, str, str]]:
    """Moment, number and words of the last text messages; a demonstration sends none of them anywhere."""
    keyring = settings.ZHIJIA_KEYS.keyring
    rows = TextMessage.objects.filter(created_at__gte=now - _TEXTS_OF).order_by("-id")[:_TEXTS_SHOWN]
    return [
        (
            row.created_at,
            keyring.open_sealed(row.number_sealed, table_column="notify_textmessage.number", row=row.public_id),
            keyring.open_sealed(row.body_sealed, table_column="notify_textmessage.body", row=row.public_id),
        )
        for row in rows
        if row.body_sealed
    ]
