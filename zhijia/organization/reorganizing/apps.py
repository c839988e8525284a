from zhijia.kernel.apps import CapabilityConfig


class ReorganizingConfig(CapabilityConfig):
    name = "zhijia.organization.reorganizing"
    verbose_name = "组织变更"
