"""What memberships do by the clock."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import daily

from .services import transfers


@daily("06:30")
def propose_returns(now: datetime) -> None:
    """Secondments that have ended."""
    transfers.propose_returns(now=now)
