from zhijia.kernel.apps import CapabilityConfig


class PostsConfig(CapabilityConfig):
    name = "zhijia.organization.posts"
    verbose_name = "换届和班子"

    def subscribe(self) -> None:
        from zhijia.organization.members.events import membership_ended, membership_handed_over

        from . import services

        membership_ended.subscribe(services.follow_ended)
        membership_handed_over.subscribe(services.follow_handed_over)
