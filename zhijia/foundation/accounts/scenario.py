from datetime import datetime

from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import AuditEvent, MenuItem, MessageTemplate, ParameterSpec, Scenario

from .services import codes, devices, erasing


def _old_codes(now: datetime, limit: int, held: frozenset[int]) -> int:
    return codes.delete_old(now=now, at_most=limit)


def _old_devices(now: datetime, limit: int, held: frozenset[int]) -> int:
    return devices.delete_old(now=now, at_most=limit)


SCENARIO = Scenario(
    code="accounts",
    name="账号",
    personal_data=(
        PersonalData(
            "accounts.account",
            "登录账号和设备",
            "让您用手机号登录，并看到账号在哪些设备上登录过。",
            "账号使用期间；一个月没有使用的设备记录自动删除",
            erasing.export_account,
            erasing.kept_account,
            erasing.close_account,
            last=True,
            tables=(
                "accounts.Account",
                "accounts.SessionInfo",
            ),
        ),
    ),
    sweeps=(
        Sweep("accounts.codes", "过期的验证码", 1, _old_codes),
        Sweep("accounts.devices", "很久不用的登录设备", 31, _old_devices),
    ),
    settings_rows=(
        MenuItem("设置", "更换手机号", "accounts:mobile", order=10, icon="device-mobile"),
        MenuItem("设置", "登录过的设备", "accounts:devices", order=20, icon="devices"),
    ),
    parameters=(
        ParameterSpec(
            "accounts.code_per_number_day", "同一来源每天向一个手机号发验证码条数", 10, "count", "平台默认", 3, 50
        ),
        ParameterSpec("accounts.code_interval_s", "同一来源两条验证码的间隔秒数", 60, "count", "平台默认", 10, 600),
        ParameterSpec(
            "accounts.code_strangers_hour",
            "未登录过的来源每小时向一个手机号发验证码条数",
            10,
            "count",
            "平台默认",
            3,
            100,
        ),
        ParameterSpec(
            "accounts.puzzle_after_number", "一个手机号每天多少条之后先做安全验证", 5, "count", "平台默认", 1, 100
        ),
        ParameterSpec(
            "accounts.puzzle_after_address", "一个网络每小时多少条之后先做安全验证", 20, "count", "平台默认", 1, 10_000
        ),
        ParameterSpec("accounts.puzzle_bits", "安全验证的计算难度（二进制位）", 16, "count", "平台默认", 8, 22),
        ParameterSpec(
            "accounts.code_per_address_hour", "每个网络地址每小时验证码条数", 200, "count", "平台默认", 10, 10_000
        ),
        ParameterSpec(
            "accounts.tries_per_address_hour", "每个网络地址每小时填写验证码次数", 400, "count", "平台默认", 10, 10_000
        ),
        ParameterSpec("accounts.staff_idle_min", "工作台无操作退出时间", 15, "min", "GB/T 22239-2019", 5, 15),
        ParameterSpec("accounts.lockout_failures", "工作台验证连续失败锁定次数", 5, "count", "GB/T 22239-2019", 3, 5),
        ParameterSpec("accounts.lockout_min", "工作台验证失败锁定时间", 15, "min", "GB/T 22239-2019", 15, 1_440),
        ParameterSpec(
            "accounts.lockout_address_failures", "每个网络地址工作台验证失败锁定次数", 30, "count", "平台默认", 5, 500
        ),
        ParameterSpec("accounts.sms_step_up", "基层和乡镇岗位可用密码加短信进入工作台", True, "flag", "平台默认"),
    ),
    messages=(
        MessageTemplate(
            "accounts.code",
            "验证码",
            "验证码只通过短信发送。",
            sms="【{site}】验证码 {code}，{minutes} 分钟内有效。请勿告诉他人，工作人员不会向您索要。",
        ),
        MessageTemplate(
            "accounts.invitation",
            "开通工作台",
            "开通链接只通过短信发送。",
            sms="【{site}】邀请您开通工会工作台，请在 72 小时内打开 {link} 办理。链接只能本人使用一次，请勿转发。",
        ),
        MessageTemplate(
            "accounts.number_left",
            "手机号已更换",
            "更换手机号的提醒只通过短信发送。",
            sms="【{site}】您的账号已改用新手机号 {masked} 登录。如不是您本人操作，请立即拨打 {hotline}。",
        ),
    ),
    audit_events=(
        AuditEvent("accounts.opened", "平台初始化时开立账号", erases="none"),
        AuditEvent("accounts.code_sent", "发送验证码", erases="none"),
        AuditEvent("accounts.code_refused", "验证码未通过", erases="none"),
        AuditEvent("accounts.signed_in", "登录"),
        AuditEvent("accounts.signed_out", "退出登录"),
        AuditEvent("accounts.session_ended", "退出一台设备"),
        AuditEvent("accounts.sessions_ended", "退出多台设备"),
        AuditEvent("accounts.mobile_changed", "更换手机号"),
        AuditEvent("accounts.number_released", "手机号已换机主"),
        AuditEvent("accounts.stepped_up", "进入工作台"),
        AuditEvent("accounts.step_up_failed", "进入工作台未通过"),
        AuditEvent("accounts.stepped_down", "离开工作台"),
        AuditEvent("accounts.invited", "邀请开通工作台"),
        AuditEvent("accounts.invitation_used", "开通工作台"),
        AuditEvent("accounts.password_set", "设置工作台密码"),
        AuditEvent("accounts.factor_added", "添加验证方式"),
        AuditEvent("accounts.factor_removed", "移除验证方式"),
        AuditEvent("accounts.factors_cleared", "重置登录方式"),
    ),
)
