from django.db.models.signals import post_migrate

from zhijia.kernel.apps import CapabilityConfig


class ParametersConfig(CapabilityConfig):
    name = "zhijia.foundation.parameters"
    verbose_name = "参数"

    def subscribe(self) -> None:
        from zhijia.kernel.registry import registry

        from .selectors import value
        from .services import seed_after_migrate

        registry.offer_parameters(value)

        post_migrate.connect(seed_after_migrate, sender=self)
