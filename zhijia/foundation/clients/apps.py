from zhijia.kernel.apps import CapabilityConfig


class ClientsConfig(CapabilityConfig):
    name = "zhijia.foundation.clients"
    verbose_name = "系统对接"
