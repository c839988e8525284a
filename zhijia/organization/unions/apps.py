from zhijia.kernel.apps import CapabilityConfig


class UnionsConfig(CapabilityConfig):
    name = "zhijia.organization.unions"
    verbose_name = "工会组织"
