from zhijia.kernel.apps import CapabilityConfig


class PeopleConfig(CapabilityConfig):
    name = "zhijia.organization.people"
    verbose_name = "人员"

    def subscribe(self) -> None:
        from zhijia.kernel.registry import registry

        from zhijia.foundation.accounts.events import signed_in

        from .selectors import mobile_for_message
        from .services import keep_agreements

        registry.offer_mobiles(mobile_for_message)
        signed_in.subscribe(keep_agreements)
