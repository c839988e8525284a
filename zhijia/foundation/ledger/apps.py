from zhijia.kernel.apps import CapabilityConfig


class LedgerConfig(CapabilityConfig):
    name = "zhijia.foundation.ledger"
    verbose_name = "存证"
