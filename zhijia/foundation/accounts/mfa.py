"""How django-allauth names second factors here: by the site's own name. Secrets are sealed by `services.factors`."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from zhijia.foundation.ui.site import current_site
from zhijia.kernel.registry import registry


class SiteAdapter(DefaultMFAAdapter):
    """Named by MFA_ADAPTER."""

    def encrypt(self, text: str) -> str:
        """Not here: a secret is bound to its account, which the library does not tell."""
        raise NotImplementedError("factors.seal_secret seals for an account")

    def decrypt(self, encrypted_text: str) -> str:
        raise NotImplementedError("factors.open_secret opens for an account")

    def _get_site_name(self) -> str:
        return current_site().name

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """What a passkey chooser shows: the masked name, never the number."""
        name = registry.standing(user.pk, timezone.localdate()).name or self._get_site_name()
        return {"id": user.get_username().encode(), "display_name": name, "name": name}
