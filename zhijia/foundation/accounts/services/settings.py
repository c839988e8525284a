"""What an account remembers of its owner's wishes."""

from __future__ import annotations

from zhijia.foundation.accounts.models import Account
from zhijia.foundation.ui.events import ElderChosen
from zhijia.kernel.db import change_rows


def keep_elder(account_id: int, *, on: bool) -> None:
    """The elder edition follows the person to his next device."""
    change_rows(Account, {"id": account_id}, {"elder": on})


def keep_elder_choice(event: ElderChosen) -> None:
    keep_elder(event.account_id, on=event.on)
