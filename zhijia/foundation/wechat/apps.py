from zhijia.kernel.apps import CapabilityConfig


class WeChatConfig(CapabilityConfig):
    name = "zhijia.foundation.wechat"
    verbose_name = "微信"
