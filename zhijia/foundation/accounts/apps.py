from zhijia.kernel.apps import CapabilityConfig


class AccountsConfig(CapabilityConfig):
    name = "zhijia.foundation.accounts"
    verbose_name = "账号"

    def subscribe(self) -> None:
        from zhijia.foundation.ui.events import elder_chosen

        from .services.settings import keep_elder_choice

        elder_chosen.subscribe(keep_elder_choice)
