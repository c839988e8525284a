from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from zhijia.kernel.db import KeyField
from zhijia.kernel.ids import new_public_id

from .rules import Purpose


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

    objects: ClassVar[AccountManager] = AccountManager()

    def __str__(self) -> str:
        return self.public_id


class SignInCode(models.Model):
    """Six digits sent to a number; both are kept as keyed hashes, the code's together with this row's `public_id`.

    Good until `expires_at` for one use and `rules.CODE_TRIES` tries; a newer code that the same `asker` (a keyed hash)
    wants for the number ends it.
    """

    public_id = KeyField(max_length=16, unique=True)
    purpose = KeyField(max_length=12, choices=[(purpose.value, purpose.value) for purpose in Purpose])
    number_digest = KeyField(max_length=32)
    asker = KeyField(max_length=32, default="")
    code_digest = KeyField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["number_digest", "purpose"], condition=Q(used_at__isnull=True), name="code_open"),
            models.Index(fields=["expires_at"], name="code_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.public_id}"


class StaffInvitation(models.Model):
    """A one-time link that lets the owner of a number set up his way into the console; kept as a keyed hash.

    `password_set_at` marks the first half done; `used_at` ends it. A newer invitation to the number ends an older one.
    """

    public_id = KeyField(max_length=16, unique=True)
    token_digest = KeyField(max_length=32, unique=True)
    number_digest = KeyField(max_length=32)
    invited_by = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    password_set_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["number_digest"], condition=Q(used_at__isnull=True), name="invitation_open")]

    def __str__(self) -> str:
        return self.public_id


class SessionInfo(models.Model):
    """What its owner is shown of a session. `session_digest` is the key under which the session itself is stored.

    `device` holds words from the browser's self-description, `address` the masked network, never the whole.
    """

    public_id = KeyField(max_length=16, unique=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    session_digest = KeyField(max_length=32, unique=True)
    device = models.CharField(max_length=40)
    address = models.CharField(max_length=45, default="", blank=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "-seen_at"], name="session_of_account")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.device}"
