from zhijia.kernel.apps import CapabilityConfig


class FoundingConfig(CapabilityConfig):
    name = "zhijia.organization.founding"
    verbose_name = "建会"
