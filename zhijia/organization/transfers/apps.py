from zhijia.kernel.apps import CapabilityConfig


class TransfersConfig(CapabilityConfig):
    name = "zhijia.organization.transfers"
    verbose_name = "转会和认领"

    def subscribe(self) -> None:
        from zhijia.foundation.workflow import clock
        from zhijia.organization.members.events import membership_changed, membership_ended, membership_handed_over
        from zhijia.organization.unions.events import employer_covered

        from .cases import claims, founding, transfers
        from .rules.transfers import TRANSFER

        membership_changed.subscribe(founding.follow_arrival)
        employer_covered.subscribe(founding.follow_covered)
        membership_ended.subscribe(claims.follow_ended)
        membership_ended.subscribe(transfers.follow_ended)
        membership_handed_over.subscribe(claims.follow_handed_over)
        membership_handed_over.subscribe(transfers.follow_handed_over)
        clock.on_clock(TRANSFER.code, "complete", transfers.complete_or_lapse)
