from zhijia.kernel.apps import CapabilityConfig


class AccountsConfig(CapabilityConfig):
    name = "zhijia.foundation.accounts"
    verbose_name = "账号"
