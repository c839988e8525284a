from zhijia.kernel.apps import CapabilityConfig


class ReadingConfig(CapabilityConfig):
    name = "zhijia_reading"
    verbose_name = "职工书屋"

    def subscribe(self) -> None:
        from zhijia.organization.members.events import membership_changed

        from . import handlers

        membership_changed.subscribe(handlers.welcome)
