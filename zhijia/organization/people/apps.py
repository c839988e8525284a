from django.db.models.signals import post_migrate

from zhijia.kernel.apps import CapabilityConfig


class PeopleConfig(CapabilityConfig):
    name = "zhijia.organization.people"
    verbose_name = "人员"

    def subscribe(self) -> None:
        from zhijia.foundation.accounts.events import mobile_changed, signed_in
        from zhijia.kernel.registry import registry

        from .selectors import mobile_for_message
        from .services import keep_agreements, publish_defaults
        from .services.mobiles import follow_account

        registry.offer_mobiles(mobile_for_message)
        signed_in.subscribe(keep_agreements)
        mobile_changed.subscribe(follow_account)
        post_migrate.connect(publish_defaults, sender=self)
