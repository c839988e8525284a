from zhijia.kernel.apps import CapabilityConfig


class AuditConfig(CapabilityConfig):
    name = "zhijia.foundation.audit"
    verbose_name = "审计"
