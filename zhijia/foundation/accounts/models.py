from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from zhijia.kernel.db import KeyField
from zhijia.kernel.ids import new_public_id


class AccountManager(BaseUserManager["Account"]):
    """Only what Django's authentication asks for; accounts are made by `services`."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(public_id=username)


class Account(AbstractBaseUser):
    """One person's way in. `number_digest` is the keyed hash of the mobile number, 32 hex characters.

    A password is set only for staff, by invitation; members sign in with a code sent to the number.
    """

    public_id = KeyField(max_length=16, unique=True, default=new_public_id)
    number_digest = KeyField(max_length=32, unique=True, null=True)
    is_active = models.BooleanField(default=True)
    elder = models.BooleanField(default=False)
    dense = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "public_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[AccountManager] = AccountManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.public_id
