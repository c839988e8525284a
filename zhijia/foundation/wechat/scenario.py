from zhijia.kernel.registry import AuditEvent, MenuItem, Scenario

from .selectors import is_on

SCENARIO = Scenario(
    code="wechat",
    name="微信",
    settings_rows=(MenuItem("设置", "微信登录", "wechat:mine", order=15, icon="brand-wechat"),) if is_on() else (),
    audit_events=(
        AuditEvent("wechat.signed_in", "用微信登录"),
        AuditEvent("wechat.bound", "绑定微信"),
        AuditEvent("wechat.unbound", "解除绑定微信"),
    ),
)
