from zhijia.kernel.personal import PersonalData
from zhijia.kernel.registry import AuditEvent, MenuItem, Scenario

from . import personal
from .selectors import is_on

SCENARIO = Scenario(
    code="wechat",
    name="微信",
    settings_rows=(MenuItem("设置", "微信登录", "wechat:mine", order=15, icon="brand-wechat"),) if is_on() else (),
    personal_data=(
        PersonalData(
            "wechat.binding",
            "微信绑定",
            "让您在微信里直接登录，只保存加密标识，无法还原。",
            "到您解除绑定或要求删除为止",
            personal.export_binding,
            erase=personal.erase_binding,
            tables=("wechat.WeChatIdentity",),
        ),
    ),
    audit_events=(
        AuditEvent("wechat.signed_in", "用微信登录"),
        AuditEvent("wechat.bound", "绑定微信"),
        AuditEvent("wechat.unbound", "解除绑定微信"),
    ),
)
