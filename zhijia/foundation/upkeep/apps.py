from django.utils.module_loading import autodiscover_modules

from zhijia.kernel.apps import CapabilityConfig


class UpkeepConfig(CapabilityConfig):
    name = "zhijia.foundation.upkeep"
    verbose_name = "运行维护"

    def subscribe(self) -> None:
        autodiscover_modules("health")  # the looks of every capability
