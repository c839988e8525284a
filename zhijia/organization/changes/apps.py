from zhijia.kernel.apps import CapabilityConfig


class ChangesConfig(CapabilityConfig):
    name = "zhijia.organization.changes"
    verbose_name = "会籍变更"

    def subscribe(self) -> None:
        from zhijia.foundation.workflow import clock
        from zhijia.organization.members.events import membership_ended, membership_handed_over

        from . import services
        from .rules import CHANGE

        membership_ended.subscribe(services.follow_ended)
        membership_handed_over.subscribe(services.follow_handed_over)
        clock.on_clock(CHANGE.code, "leave", services.leave_by_clock)
