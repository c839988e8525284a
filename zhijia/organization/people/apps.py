from zhijia.kernel.apps import CapabilityConfig


class PeopleConfig(CapabilityConfig):
    name = "zhijia.organization.people"
    verbose_name = "人员"

    def subscribe(self) -> None:
        from zhijia.kernel.registry import registry

        from .selectors import mobile_for_message

        registry.offer_mobiles(mobile_for_message)
