from django.apps import AppConfig


class SettingsConfig(AppConfig):
    """The settings' own checks: what production refuses to start with."""

    name = "zhijia.config"
    label = "config"

    def ready(self) -> None:
        from django.core import checks

        from . import health, safety  # noqa: F401  looks declare themselves

        checks.register(safety.check_settings, "zhijia")
        checks.register(safety.check_deployment, "zhijia", deploy=True)
