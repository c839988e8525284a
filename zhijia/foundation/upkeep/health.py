"""Looks at what belongs to no capability: keys, migrations, disk, backup."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from zhijia.kernel import db
from zhijia.kernel.health import Finding, bad, good, look, warn

from . import selectors

LEAST_SHARE = 0.10
LEAST_BYTES = 2 * 1024**3
BACKUP_LATE = timedelta(hours=26)
"""A nightly backup, and two hours for a slow one."""
CLOCKS_APART = timedelta(seconds=5)


@look("upkeep.keys")
def keys_fit(now: datetime) -> Iterator[Finding]:
    wrong = selectors.wrong_keys()
    if wrong:
        yield bad("upkeep.keys", selectors.said_of(wrong), "请先停止平台，找回原来的密钥后再启动。")
    else:
        yield good("upkeep.keys", "密钥与数据库相符。")


@look("upkeep.migrations")
def migrated(now: datetime) -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield bad("upkeep.migrations", f"数据库还有 {len(waiting)} 项结构变更没有执行。", "请运行 zhijia upgrade。")
    else:
        yield good("upkeep.migrations", "数据库结构是最新的。")


@look("upkeep.disk")
def disk_has_room(now: datetime) -> Iterator[Finding]:
    usage = shutil.disk_usage(settings.VAR_DIR if Path(settings.VAR_DIR).exists() else "/")
    said = f"数据目录所在磁盘剩余 {usage.free / 1024**3:.1f} GB（{usage.free / usage.total:.0%}）。"
    if usage.free < LEAST_BYTES:
        yield bad("upkeep.disk", said, "请马上清理或扩容，磁盘写满后平台会停止办理。")
    elif usage.free < usage.total * LEAST_SHARE:
        yield warn("upkeep.disk", said, "请尽快清理或扩容。")
    else:
        yield good("upkeep.disk", said)


@look("upkeep.backup")
def backed_up(now: datetime) -> Iterator[Finding]:
    if not getattr(settings, "ZHIJIA_PRODUCTION", False):
        return  # a demonstration is built again, not restored
    last = selectors.last_backup()
    advice = "请运行 zhijia backup，并确认 zhijia-backup.timer 已启用，见 docs/runbooks/backup.md。"
    hours = (now - last.at) // timedelta(hours=1) if last else 0
    if last is None:
        yield bad("upkeep.backup", "还没有做过备份。", advice)
    elif now - last.at > BACKUP_LATE:
        yield bad("upkeep.backup", f"最近一次备份已过去 {hours} 小时。", advice)
    else:
        since = f"在 {hours} 小时前" if hours else "不到 1 小时"
        yield good("upkeep.backup", f"最近一次备份{since}，共 {last.total_bytes / 1024**2:,.0f} MB。")


@look("upkeep.time")
def clocks_agree(now: datetime) -> Iterator[Finding]:
    theirs = db.server_time()
    if theirs is None:
        yield good("upkeep.time", "数据库在本机文件里，时间一致。")
    elif abs(theirs - now) > CLOCKS_APART:
        yield bad(
            "upkeep.time",
            f"本机与数据库服务器的时间相差 {abs(theirs - now).total_seconds():.0f} 秒，会员码和动态口令会失效。",
            "请在两台机器上启用时间同步（timedatectl set-ntp true）。",
        )
    else:
        yield good("upkeep.time", "本机与数据库服务器的时间一致。")
