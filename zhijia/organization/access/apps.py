from zhijia.kernel.apps import CapabilityConfig


class AccessConfig(CapabilityConfig):
    name = "zhijia.organization.access"
    verbose_name = "权限"

    def subscribe(self) -> None:
        from zhijia.kernel.registry import registry

        from .directory import UnionDirectory

        registry.offer_units(UnionDirectory())
