"""Reading transfers, beside their kind."""

from __future__ import annotations

from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.organization.transfers.rules.transfers import TRANSFER, Transfer


def open_transfer(person_id: int) -> Case | None:
    """The person's transfer that is under way."""
    found = cases.list_open(TRANSFER.code, person_id)
    return found[0] if found else None


def asked_for(person_id: int) -> Case | None:
    """The same, unless it is an invitation that waits for his own word."""
    found = open_transfer(person_id)
    return found if found is not None and found.state != Transfer.INVITED else None
