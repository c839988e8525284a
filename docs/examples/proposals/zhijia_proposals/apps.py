from zhijia.kernel.apps import CapabilityConfig


class ProposalsConfig(CapabilityConfig):
    name = "zhijia_proposals"
    verbose_name = "合理化建议"
