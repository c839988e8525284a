from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "zhijia.foundation.ui"
    verbose_name = "界面"
