from zhijia.kernel.personal import PersonalData
from zhijia.kernel.registry import AuditEvent, Scenario

from . import selectors, services

SCENARIO = Scenario(
    code="notify",
    name="消息",
    audit_events=(AuditEvent("notify.template", "修改消息文案", erases="none"),),
    personal_data=(
        PersonalData(
            "notify.messages",
            "消息",
            "告诉您办理的进展和结果。",
            "保存到您要求删除为止；短信记录 7 天后删除",
            selectors.export_messages,
            erase=services.erase_messages,
            tables=(
                "notify.Message",
                "notify.TextMessage",
            ),
        ),
    ),
)
