from zhijia.kernel.apps import CapabilityConfig


class MembersConfig(CapabilityConfig):
    name = "zhijia.organization.members"
    verbose_name = "会员"

    def subscribe(self) -> None:
        from zhijia.foundation.ledger import sources
        from zhijia.kernel.registry import registry
        from zhijia.organization.members.services import memberships, placing
        from zhijia.organization.people.events import person_bound, person_corrected, person_verified
        from zhijia.organization.unions.events import union_moved

        from .finding import find_people
        from .models import MembershipEvent

        registry.offer_people(find_people)
        person_verified.subscribe(memberships.follow_verified)
        person_corrected.subscribe(memberships.follow_corrected)
        person_bound.subscribe(memberships.follow_bound)
        union_moved.subscribe(placing.follow_moved)
        sources.register("members.event", MembershipEvent, memberships.digests_of_events)
