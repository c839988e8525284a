"""What the upkeep asks of the clock."""

from __future__ import annotations

import logging
from datetime import datetime

from zhijia.kernel.clockwork import every

from . import selectors

log = logging.getLogger("zhijia.upkeep")


@every(minutes=5)
def compare_keys(now: datetime) -> None:
    """A database that was away at the start, or was exchanged since: wrong keys are an alarm in the log."""
    wrong = selectors.wrong_keys()
    if wrong:
        log.error("the keys are not those of this database", extra={"keys": wrong})
