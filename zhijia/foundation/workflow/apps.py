from zhijia.kernel.apps import CapabilityConfig


class WorkflowConfig(CapabilityConfig):
    name = "zhijia.foundation.workflow"
    verbose_name = "流程"

    def subscribe(self) -> None:
        from .clock import on_due
        from .reminders import remind_holders

        on_due(remind_holders)
