"""Who a session belongs to: Django's backend with one short read. Named by AUTHENTICATION_BACKENDS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend

from zhijia.kernel import db

if TYPE_CHECKING:
    from .models import Account


class AccountBackend(ModelBackend):
    """Every request of somebody signed in passes here."""

    def get_user(self, user_id: Any) -> Account | None:
        from .models import Account

        account = db.find(Account, id=user_id)
        return account if account is not None and account.is_active else None
