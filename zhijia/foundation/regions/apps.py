from zhijia.kernel.apps import CapabilityConfig


class RegionsConfig(CapabilityConfig):
    name = "zhijia.foundation.regions"
    verbose_name = "区划"
