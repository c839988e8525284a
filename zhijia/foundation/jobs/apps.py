from django.utils.module_loading import autodiscover_modules

from zhijia.kernel.apps import CapabilityConfig


class JobsConfig(CapabilityConfig):
    name = "zhijia.foundation.jobs"
    verbose_name = "后台任务"

    def subscribe(self) -> None:
        from zhijia.foundation.ui import chrome

        from .presenting import chrome_part

        chrome.provide("jobs", chrome_part)
        autodiscover_modules("tasks")  # the job kinds and clock functions of every capability
