from zhijia.kernel.apps import CapabilityConfig


class DuplicatesConfig(CapabilityConfig):
    name = "zhijia.organization.duplicates"
    verbose_name = "重复档案"
