from zhijia.kernel.apps import CapabilityConfig


class ChangesConfig(CapabilityConfig):
    name = "zhijia.organization.changes"
    verbose_name = "会籍变更"

    def subscribe(self) -> None:
        from zhijia.organization.members.events import membership_ended, membership_handed_over

        from . import cases

        membership_ended.subscribe(cases.follow_ended)
        membership_handed_over.subscribe(cases.follow_handed_over)
