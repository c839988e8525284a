from zhijia.kernel.apps import CapabilityConfig


class MembersConfig(CapabilityConfig):
    name = "zhijia.organization.members"
    verbose_name = "会员"

    def subscribe(self) -> None:
        from zhijia.foundation.ledger import sources
        from zhijia.foundation.workflow import clock
        from zhijia.kernel.registry import registry
        from zhijia.organization.documents.events import documents_listed
        from zhijia.organization.people.events import person_bound, person_corrected, person_refused, person_verified
        from zhijia.organization.unions.events import union_moved

        from .finding import find_people
        from .models import MembershipEvent
        from .rules import JOIN
        from .selectors.personal import unit_of
        from .services import joining, memberships, placing

        registry.offer_people(find_people)
        registry.offer_unit_of(unit_of)
        person_verified.subscribe(memberships.follow_verified)
        person_verified.subscribe(joining.follow_verified)
        person_refused.subscribe(joining.follow_refused)
        person_corrected.subscribe(memberships.follow_corrected)
        person_bound.subscribe(memberships.follow_bound)
        documents_listed.subscribe(joining.follow_listed)
        union_moved.subscribe(placing.follow_moved)
        sources.register("members.event", MembershipEvent, memberships.digests_of_events)
        clock.on_clock(JOIN.code, "escalate", joining.escalate_by_clock)
        clock.on_clock(JOIN.code, "approve_by_rule", joining.approve_by_clock)
