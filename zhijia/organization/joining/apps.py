from zhijia.kernel.apps import CapabilityConfig


class JoiningConfig(CapabilityConfig):
    name = "zhijia.organization.joining"
    verbose_name = "入会"

    def subscribe(self) -> None:
        from zhijia.foundation.workflow import clock
        from zhijia.kernel.registry import registry
        from zhijia.organization.documents.events import documents_listed
        from zhijia.organization.people.events import person_refused, person_verified

        from .rules import JOIN
        from .selectors.personal import unit_of
        from .services import applications

        registry.offer_unit_of(unit_of)
        person_verified.subscribe(applications.follow_verified)
        person_refused.subscribe(applications.follow_refused)
        documents_listed.subscribe(applications.follow_listed)
        clock.on_clock(JOIN.code, "escalate", applications.escalate_by_clock)
        clock.on_clock(JOIN.code, "approve_by_rule", applications.approve_by_clock)
