from zhijia.kernel.apps import CapabilityConfig


class DemoConfig(CapabilityConfig):
    name = "zhijia.demo"
    verbose_name = "演示"

    def subscribe(self) -> None:
        from zhijia.foundation.ui import chrome

        from . import views

        chrome.provide("demonstration", views.banner)
