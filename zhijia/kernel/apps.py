"""What every capability's `apps.py` builds on."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

from .registry import registry


class CapabilityConfig(AppConfig):
    """Adds the capability's `scenario.SCENARIO` to the registry and lets it subscribe to its neighbours' events."""

    default = False  # Django would otherwise take this class, imported into every apps.py, for a second candidate

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.default = True

    def ready(self) -> None:
        if find_spec(f"{self.name}.scenario") is not None:
            registry.add(import_module(f"{self.name}.scenario").SCENARIO)
        self.subscribe()

    def subscribe(self) -> None:
        """Overridden by a capability that listens to events; runs once, when all models are loaded."""
