from zhijia.kernel.apps import CapabilityConfig


class AdministrationConfig(CapabilityConfig):
    name = "zhijia.foundation.administration"
    verbose_name = "平台管理"
