"""`{% load idempotency %}`: the hidden field of a form whose double tap is one command."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zhijia.foundation.idempotency.decorators import FIELD
from zhijia.kernel.ids import new_public_id

register = template.Library()


@register.simple_tag
def command_key() -> SafeString:
    """`<input type="hidden" name="idempotency_key" value="7h2k9v0c4m1xq8tz">`, another value on every page."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_public_id())
