from zhijia.kernel.apps import CapabilityConfig


class StatisticsConfig(CapabilityConfig):
    name = "zhijia.organization.statistics"
    verbose_name = "统计"

    def subscribe(self) -> None:
        from zhijia.organization.members.events import membership_changed, memberships_changed
        from zhijia.organization.unions.events import coverage_changed, union_changed, union_moved, union_opened

        from . import services

        membership_changed.subscribe(services.count_change)
        memberships_changed.subscribe(services.count_changes)
        union_opened.subscribe(services.count_opened)
        union_changed.subscribe(services.count_status)
        coverage_changed.subscribe(services.count_coverage)
        union_moved.subscribe(services.move_subtree)
