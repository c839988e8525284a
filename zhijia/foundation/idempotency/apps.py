from zhijia.kernel.apps import CapabilityConfig


class IdempotencyConfig(CapabilityConfig):
    name = "zhijia.foundation.idempotency"
    verbose_name = "重复提交"
