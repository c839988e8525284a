from zhijia.kernel.apps import CapabilityConfig


class NotifyConfig(CapabilityConfig):
    name = "zhijia.foundation.notify"
    verbose_name = "消息"
