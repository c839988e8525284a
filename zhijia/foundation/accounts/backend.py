"""Who a session belongs to: Django's backend with one short read. Named by AUTHENTICATION_BACKENDS."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend

from zhijia.kernel import db


class AccountBackend(ModelBackend):
    """Every request of somebody signed in passes here."""

    def get_user(self, user_id: Any) -> Any:
        """The account, None where it is gone or shut."""
        account: Any = db.find(get_user_model(), id=user_id)
        return account if account is not None and account.is_active else None
