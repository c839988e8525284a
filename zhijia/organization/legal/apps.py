from zhijia.kernel.apps import CapabilityConfig


class LegalConfig(CapabilityConfig):
    name = "zhijia.organization.legal"
    verbose_name = "法人和六有"
