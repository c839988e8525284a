from zhijia.kernel.personal import PersonalData
from zhijia.kernel.registry import AuditEvent, MessageTemplate, Scenario

from . import selectors

SCENARIO = Scenario(
    code="workflow",
    name="流程",
    audit_events=(
        AuditEvent("workflow.move", "办理一步"),
        AuditEvent("workflow.remind", "催办", erases="none"),
        AuditEvent("workflow.extend", "延长期限", erases="none"),
        AuditEvent("workflow.pause", "暂停计时", erases="none"),
        AuditEvent("workflow.resume", "恢复计时", erases="none"),
    ),
    personal_data=(
        PersonalData(
            "workflow.cases",
            "办理事项",
            "让您看到提交过的事项走到哪一步，让工会按期办理。",
            "办结后作为工作记录保存，到期删除的申请同时删去姓名",
            selectors.export_cases,
            selectors.kept_cases,
            tables=(
                "workflow.Case",
                "workflow.CaseHistory",
            ),
        ),
    ),
    messages=(
        MessageTemplate("workflow.reminded", "上级催办", "“{union}”催办：“{title}”（{name}）已逾期，请尽快办理。"),
        MessageTemplate(
            "workflow.due",
            "有事项到期未办",
            "“{title}”（{name}）已到办理期限，请尽快办理；继续不办将按规定上报上级工会。",
        ),
    ),
)
