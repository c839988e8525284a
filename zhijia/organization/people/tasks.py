"""People who wait for the real-name source are asked about again."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import every

from . import services


@every(minutes=5)
def recheck_real_names(now: datetime) -> None:
    services.recheck_pending(now=now)
