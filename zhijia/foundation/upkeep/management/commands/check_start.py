"""`zhijia check-start`: whether this process may serve; what `zhijia serve` asks before it starts anything."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhijia.foundation.upkeep import services


class Command(BaseCommand):
    help = "Refuse unsafe settings and keys that are not those of the database."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            services.require_known_keys(now=timezone.now())
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
