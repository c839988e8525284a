from zhijia.kernel.apps import CapabilityConfig


class RostersConfig(CapabilityConfig):
    name = "zhijia.organization.rosters"
    verbose_name = "会员名册"

    def subscribe(self) -> None:
        from zhijia.organization.members.events import membership_changed
        from zhijia.organization.transfers.events import transfer_ended

        from .services import conflicts

        membership_changed.subscribe(conflicts.follow_membership)
        transfer_ended.subscribe(conflicts.follow_transfer)
