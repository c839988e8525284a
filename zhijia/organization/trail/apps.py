from zhijia.kernel.apps import CapabilityConfig


class TrailConfig(CapabilityConfig):
    name = "zhijia.organization.trail"
    verbose_name = "审计查阅"
