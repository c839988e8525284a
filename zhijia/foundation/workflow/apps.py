from zhijia.kernel.apps import CapabilityConfig


class WorkflowConfig(CapabilityConfig):
    name = "zhijia.foundation.workflow"
    verbose_name = "流程"

    def subscribe(self) -> None:
        from zhijia.foundation.ledger import sources

        from .clock import on_due
        from .models import CaseHistory
        from .reminders import remind_holders

        on_due(remind_holders)
        sources.register("workflow.history", CaseHistory, sources.digests_of_content)
