from zhijia.kernel.apps import CapabilityConfig


class AccessConfig(CapabilityConfig):
    name = "zhijia.organization.access"
    verbose_name = "权限"

    def subscribe(self) -> None:
        from zhijia.foundation.accounts.events import factors_changed
        from zhijia.kernel.registry import registry

        from .actors import standing
        from .directory import UnionDirectory
        from .events import grants_changed
        from .rerouting import follow_grants
        from .roles import ROLES
        from .selectors import holds_role
        from .services.resets import tell_owner

        registry.offer_units(UnionDirectory())
        registry.offer_standing(standing)
        registry.offer_role_holders(holds_role)
        registry.offer_roles({code: spec.label for code, spec in ROLES.items()})
        grants_changed.subscribe(follow_grants)
        factors_changed.subscribe(tell_owner)
