from django.db.models.signals import post_migrate

from zhijia.kernel.apps import CapabilityConfig


class PeopleConfig(CapabilityConfig):
    name = "zhijia.organization.people"
    verbose_name = "人员"

    def subscribe(self) -> None:
        from zhijia.foundation.accounts.events import mobile_changed, number_released, signed_in
        from zhijia.kernel.registry import registry

        from .directory import People
        from .selectors import mobile_for_message
        from .services import keep_agreements, publish_defaults
        from .services.mobiles import follow_account, follow_release

        registry.offer_mobiles(mobile_for_message)
        registry.offer_persons(People())
        signed_in.subscribe(keep_agreements)
        mobile_changed.subscribe(follow_account)
        number_released.subscribe(follow_release)
        post_migrate.connect(publish_defaults, sender=self)
