from django.utils.module_loading import autodiscover_modules

from zhijia.kernel.apps import CapabilityConfig


class JobsConfig(CapabilityConfig):
    name = "zhijia.foundation.jobs"
    verbose_name = "后台任务"

    def subscribe(self) -> None:
        from zhijia.foundation.ui import chrome
        from zhijia.kernel import events

        from .presenting import chrome_part
        from .services import handle_later

        chrome.provide("jobs", chrome_part)
        events.offer_runner(handle_later)
        autodiscover_modules("tasks")  # the job kinds and clock functions of every capability
