from zhijia.kernel.apps import CapabilityConfig


class AuditConfig(CapabilityConfig):
    name = "zhijia.foundation.audit"
    verbose_name = "审计"

    def subscribe(self) -> None:
        from zhijia.foundation.ledger import sources
        from zhijia.kernel.registry import registry

        from . import retention, selectors, services
        from .models import AuditEntry

        registry.offer_notes_of_exports(services.note_export)

        sources.register(
            selectors.SOURCE, AuditEntry, sources.digests_of_content, may_be_gone_before=retention.gone_before
        )
