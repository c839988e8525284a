from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijia.kernel.db import KeyField


class WeChatIdentity(models.Model):
    """The WeChat user whom an account lets in. Only keyed hashes are kept, nothing that leads back to the user.

    `openid_digest` stands for the user at this official account, `union_digest` for the user at all apps of the same
    owner; empty where WeChat told none. One account has one WeChat user, and the other way round.
    """

    account = models.OneToOneField("accounts.Account", models.CASCADE, related_name="+")
    openid_digest = KeyField(max_length=32, unique=True)
    union_digest = KeyField(max_length=32, default="", blank=True)
    bound_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["union_digest"], condition=~Q(union_digest=""), name="wechat_one_union"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}"
