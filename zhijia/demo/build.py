"""`zhijia demo`: build the province once, and say what can be tried."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import segno
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.notify import delivery
from zhijia.foundation.regions import services as regions
from zhijia.foundation.ui.site import current_site
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.codes import link_signature
from zhijia.kernel.registry import registry
from zhijia.organization.access.roles import ROLES
from zhijia.organization.people import texts
from zhijia.organization.statistics import services as statistics
from zhijia.organization.unions import building
from zhijia.organization.unions.models import Union

from . import figures, province, roster
from .cases import play
from .invention import Inventor
from .marks import find_mark, set_mark, was_cut_off
from .staff import PASSWORD, POSTS, appoint, find_unions, totp_secret
from .stage import Stage

UNIONS = 3_000
MEMBERS = 60_000
PURPOSE = "join"


def build(*, scale: str, seed: int, now: datetime, say: Callable[[str], None]) -> str:
    """Build where nothing stands yet, and return the guide in either case. `scale` is small or province."""
    mark = find_mark()
    if mark is None:
        mark = build_anew(scale=scale, seed=seed, now=now, say=say)
    return guide(mark)


def build_anew(
    *,
    scale: str,
    seed: int,
    now: datetime,
    say: Callable[[str], None],
    unions_count: int | None = None,
    members_count: int | None = None,
) -> dict[str, str]:
    whole = scale == "province"
    if whole and not db.holds_millions():
        raise SystemExit("全省规模的演示数据有 1,128 万名会员，请用 DATABASE_URL 指定 PostgreSQL 数据库后再建。")
    unions_count = unions_count or (province.UNIONS if whole else UNIONS)
    members_count = members_count or (province.MEMBERS if whole else MEMBERS)
    if was_cut_off():
        say("上次没有建完，重新建立。")
        call_command("flush", interactive=False, verbosity=0)
    if Union.objects.exists():
        raise SystemExit("数据库里已有工会，演示数据只能建在空库里；请换一个 ZHIJIA_VAR 目录。")
    set_mark({"building": "yes"})
    started = time.monotonic()

    def done(text: str) -> None:
        say(f"  {time.monotonic() - started:5.1f} 秒  {text}")

    inventor = Inventor(seed, timezone.localdate(now))
    regions.load_packaged(SYSTEM, now=now)
    done("载入全国行政区划")
    texts.publish_defaults(now=now - timedelta(days=730))
    building.build_tree(
        SYSTEM,
        f"{settings.ZHIJIA_PROVINCE}0000000000",
        now=now,
        founded_on=timezone.localdate(now - timedelta(days=365 * 8)),
    )
    done("建立省、市、县、乡镇工会和网上会员之家")
    roster.add_unions(inventor, unions_count, now=now)
    done(f"建立 {unions_count:,} 个基层工会")
    if whole:
        province.add_members(inventor, members_count, now=now, say=say)
    else:
        roster.add_members(inventor, members_count, now=now)
    done(f"写入 {members_count:,} 名会员和 {roster.MONTHS} 个月的经过")
    figures.write_figures(now=now)
    done("汇总各级数字")
    unions = find_unions()
    appoint(inventor, unions, now=now)
    stage = Stage(inventor, unions, now)
    play(stage)
    for scenario in registry.scenarios:
        if scenario.demo is not None:
            scenario.demo(stage)
    while statistics.merge_deltas(now=now):
        pass
    delivery.drop_waiting(now=now)
    done("准备各种状态的事项")
    with transaction.atomic():
        return set_mark(
            {
                "seed": str(seed),
                "plant": unions["plant"].code,
                "plant_name": unions["plant"].name,
                "home": unions["home"].code,
                **stage.named,
            }
        )


def join_address(code: str) -> str:
    """The address behind a union's printed code."""
    signature = link_signature(PURPOSE, code, settings.ZHIJIA_KEYS.print_keys)
    return f"{settings.ZHIJIA_PUBLIC_URL}/j/{code}?s={signature}"


def guide(mark: dict[str, str]) -> str:
    """What to open and whom to be, as printed in the terminal."""
    address = join_address(mark["plant"])
    picture = io.StringIO()
    segno.make(address, error="m").terminal(out=picture, compact=True)
    lines = [
        "",
        f"网址：{settings.ZHIJIA_PUBLIC_URL}/",
        f"会员：{settings.ZHIJIA_PUBLIC_URL}/m/    工作台：{settings.ZHIJIA_PUBLIC_URL}/console/",
        "",
        f"扫码加入“{mark['plant_name']}”：",
        picture.getvalue().rstrip(),
        address,
        "",
        "登录时的短信验证码会打印在这个终端里（以 [短信] 开头）。任何手机号都可以登录，例如 13700000000。",
        "入会可用的姓名和证件号码：王小明 370299199003070010；核验不一致：末四位前三位为 998；核验服务无响应：997。",
        f"名册中的会员，实名后立即有卡：{mark.get('roster', '')}",
        "",
        f"工作人员（先用手机号登录，再进入工作台；密码都是 {PASSWORD}）：",
    ]
    for post in POSTS:
        spec = ROLES[post.role]
        second = f"动态口令密钥 {totp_secret(post)}" if spec.strong else "短信验证码"
        lines.append(f"  {post.mobile}  {post.name}  {spec.label}  {second}")
    lines += [
        "",
        "动态口令可以装进任何验证器，也可以在另一个终端运行：zhijia totp 13800000003",
        "可以试试：",
        "  1. 打开上面的入会网址，三个页面提交申请，再用 13800000001 进入工作台审批，申请人立即有卡。",
        "  2. 用名册中的姓名和证件号码实名，会员卡立即可用。",
        "  3. 用 13800000003（县级组织岗）看逾期转来的申请，批量办理；用 13800000008 申请授权、13800000009 复核。",
        "  4. 会员在“我的会籍”里转会、保留会籍、退会；13800000001 审批转会和会籍变更、认领会员、导入名册。",
        "  5. 13800000003 核对重复档案、批量转接（13800000002 也可以）；13800000007 办理个人信息请求。",
        f"  6. 拨打 {current_site().hotline} 的热线、页脚备案号等都由设置决定，见 README。",
    ]
    return "\n".join(lines)
