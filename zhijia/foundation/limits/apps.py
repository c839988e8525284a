from zhijia.kernel.apps import CapabilityConfig


class LimitsConfig(CapabilityConfig):
    name = "zhijia.foundation.limits"
    verbose_name = "次数限制"
