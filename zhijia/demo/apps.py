from zhijia.kernel.apps import CapabilityConfig


class DemoConfig(CapabilityConfig):
    name = "zhijia.demo"
    verbose_name = "演示"
