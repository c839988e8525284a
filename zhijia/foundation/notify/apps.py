from zhijia.kernel.apps import CapabilityConfig


class NotifyConfig(CapabilityConfig):
    name = "zhijia.foundation.notify"
    verbose_name = "消息"

    def subscribe(self) -> None:
        from zhijia.kernel.registry import registry

        from .services import send_to_number

        registry.offer_texts(send_to_number)
