"""`zhijia demo`: build the province once, and say what can be tried."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.notify import delivery
from zhijia.foundation.regions import services as regions
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.registry import registry
from zhijia.organization.people import texts
from zhijia.organization.statistics import cells, services as statistics
from zhijia.organization.unions import building
from zhijia.organization.unions.models import Union, UnionPath

from . import figures, guide, province, roster
from .cases import ACTS, play
from .invention import Inventor
from .marks import find_mark, set_mark, was_cut_off
from .staff import appoint, find_unions
from .stage import Stage

UNIONS = 3_000
MEMBERS = 60_000


def build(*, scale: str, seed: int, now: datetime, say: Callable[[str], None]) -> str:
    """Build where nothing stands yet, and return the guide in either case. `scale` is small or province."""
    mark = find_mark()
    if mark is None:
        mark = build_anew(scale=scale, seed=seed, now=now, say=say)
    return guide.printed(mark)


def build_anew(
    *,
    scale: str,
    seed: int,
    now: datetime,
    say: Callable[[str], None],
    unions_count: int | None = None,
    members_count: int | None = None,
    acts: Sequence[Callable[[Stage], None]] = ACTS,
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
    founded = timezone.localdate(now - timedelta(days=365 * 8))
    building.build_tree(
        SYSTEM,
        f"{settings.ZHIJIA_PROVINCE}0000000000",
        now=now,
        founded_on=founded,
    )
    UnionPath.objects.update(since=founded)
    done("建立省、市、县、乡镇工会和网上会员之家")
    roster.add_unions(inventor, unions_count, now=now)
    done(f"建立 {unions_count:,} 个基层工会")
    if whole:
        province.add_members(inventor, members_count, now=now, say=say)
    else:
        roster.add_members(inventor, members_count, now=now)
    done(f"写入 {members_count:,} 名会员和 {roster.MONTHS} 个月的经过")
    figures.write_figures(now=now, every_day=not whole)
    done("汇总各级数字")
    unions = find_unions()
    appoint(inventor, unions, now=now)
    stage = Stage(inventor, unions, now)
    play(stage, acts)
    for scenario in registry.scenarios:
        if scenario.demo is not None:
            scenario.demo(stage)
    figures.date_back(now=now)
    while statistics.merge_deltas(now=now, dated_back=True):
        pass
    cells.rebuild(now=now)
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
