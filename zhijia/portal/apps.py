from zhijia.kernel.apps import CapabilityConfig


class PortalConfig(CapabilityConfig):
    name = "zhijia.portal"
    verbose_name = "门户"

    def subscribe(self) -> None:
        from . import surroundings

        surroundings.provide()
