"""How django-allauth keeps and names second factors here: secrets sealed, the site's own name shown."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from zhijia.foundation.ui.site import current_site
from zhijia.kernel.registry import registry

_PLACE = "mfa_authenticator.data"


class SealedAdapter(DefaultMFAAdapter):
    """Named by MFA_ADAPTER. Seeds of authenticators and recovery codes never stand in the database in clear."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(settings.ZHIJIA_KEYS.keyring.seal(text, table_column=_PLACE, row="")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        opened: str = settings.ZHIJIA_KEYS.keyring.open_sealed(
            base64.b64decode(encrypted_text), table_column=_PLACE, row=""
        )
        return opened

    def _get_site_name(self) -> str:
        return current_site().name

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """What a passkey chooser shows: the masked name, never the number."""
        name = registry.standing(user.pk, timezone.localdate()).name or self._get_site_name()
        return {"id": user.get_username().encode(), "display_name": name, "name": name}
