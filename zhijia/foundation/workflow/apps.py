from zhijia.kernel.apps import CapabilityConfig


class WorkflowConfig(CapabilityConfig):
    name = "zhijia.foundation.workflow"
    verbose_name = "流程"
