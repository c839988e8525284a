"""What the codes in an entry are called where people read them."""

from __future__ import annotations

from typing import Final

SUBJECTS: Final = {
    "account": "账号", "calendar": "节假日历", "case": "事项", "client": "接入系统", "code": "验证码",
    "consent": "同意", "consent_text": "同意书", "employer": "用人单位", "entry": "审计记录", "file": "文件",
    "grant": "角色授权", "head": "树根", "hint": "疑似重复档案", "invitation": "开通邀请", "job": "后台任务",
    "key": "密钥", "list": "列表", "load": "导入批次", "membership": "会籍", "message": "消息", "page": "页面",
    "parameter": "参数", "person": "人员", "post": "职务", "regions": "区划", "roster": "名册", "session": "登录设备",
    "sweep": "到期删除", "union": "工会",
}  # fmt: skip

DETAILS: Final = {
    "about": "所属事项", "absent": "缺少", "add": "延长天数", "added": "新增", "address": "来源地址",
    "administrators": "管理员人数", "bound": "绑定账号", "by": "方式", "changed": "改动", "channel": "渠道",
    "client": "接入系统", "clocks": "期限数", "code": "结果代码", "count": "数量",
    "covered": "涵盖单位数", "days": "日期",
    "deadlines": "期限数", "entries": "记录条数", "event": "事项", "factor": "验证方式", "form": "格式",
    "format": "格式", "from": "办理前", "here": "保留本机", "kind": "类别", "last_day": "届满日", "level": "实名等级",
    "masked": "号码已遮盖", "method": "请求方式", "more": "翻页", "move": "步骤", "new": "新账号",
    "on": "日期", "outcome": "结果", "parts": "部分", "post": "职务",
    "posts": "职务数", "purpose": "用途", "read": "读取", "reason": "理由",
    "recheck": "再次核验", "region": "区划", "role": "角色", "route": "接口", "rows": "行数", "side": "查法",
    "site": "平台名称", "size": "字节数", "source": "来源", "status": "状态码", "step": "步骤",
    "successor": "承接的工会",
    "to": "办理后", "unions": "工会数", "unit": "工会编码", "use": "文件用途", "valid_from": "生效日期",
    "version": "版本", "with_old": "原手机号已验证",
}  # fmt: skip

VALUES: Final = {
    "changed": {
        "name": "姓名", "id": "证件号码", "mobile": "手机号", "joined_on": "入会日期", "member_number": "会员卡号",
        "education": "学历", "political_status": "政治面貌", "ethnicity": "民族", "rural_hukou": "户籍",
        "work_form": "就业方式", "new_form_group": "新就业形态", "occupation": "职业", "employer_text": "单位",
        "employer_id": "用人单位", "is_migrant": "农民工",
    },
    "factor": {
        "password": "密码", "totp": "动态口令", "sms": "短信验证码", "passkey": "通行密钥", "recovery": "备用码",
        "text": "短信验证码",
    },
    "form": {"xlsx": "Excel", "csv": "CSV", "pdf": "PDF"},
    "format": {"xlsx": "Excel", "csv": "CSV"},
    "purpose": {"sign_in": "登录", "step_up": "进入工作台", "change": "更换手机号"},
    "side": {"did": "他办理的", "about": "涉及他的"},
    "code": {
        "auth.not_allowed": "没有这项权限", "auth.sign_in": "登录已失效", "auth.no_person": "没有完成实名",
        "code.expired": "验证码已过期", "code.puzzle": "没有通过安全验证", "code.tries": "验证码次数用完",
        "code.wrong": "验证码不对", "request.not_found": "不存在或不在管理范围内", "step_up.locked": "工作台已锁定",
    },
}  # fmt: skip
