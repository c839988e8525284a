"""The first wording of the three consents, published where none is; an operator replaces them in the console."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from .models import ConsentText, Purpose

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""From when the wordings that come with the platform hold: no consent of a loaded history lies before."""

_PRIVACY = """我们是谁
本平台由省总工会运营，为职工办理入会、会籍管理和工会服务。

我们处理哪些信息、为什么
姓名、证件类型和号码：确认是您本人，避免重复入会。手机号：登录、通知办理结果。工作单位、就业方式、职业、户籍类型：确定您加入哪个工会、可以享受哪些服务。
不提供证件号码，就不能办理入会；其他选填信息不提供，不影响入会。

怎样保护
证件号码、手机号、出生日期加密保存，页面只显示前几位和后几位。工作人员查看完整号码须写明原因并留下记录，您可以知道谁看过。

保存多久
会籍档案按规定长期保存；未通过的入会申请保存一年；登录和操作日志不少于六个月；位置信息只用于当次查找，不保存。

提供给谁
为核验实名，姓名和证件号码会提供给国家规定的身份核验机构。除法律规定外，不向其他人提供。

您的权利
您可以查阅、复制、更正、删除您的信息，可以撤回同意；撤回后依赖该同意的服务停止，会籍不受影响。可在“我的”里办理，或拨打服务热线，由专人在十五个工作日内答复。"""

_AGREEMENT = """账号
一个人使用一个账号，凭本人手机号登录。请妥善保管手机；手机丢失请及时在其他设备退出登录或拨打服务热线。

使用
请如实填写信息。提供虚假信息的，工会可以不通过申请或撤销已办理的事项，并说明原因，您可以申诉。

会员码
会员码每分钟更新，只供本人出示，截图无效。不要把会员码转发给他人。

服务变化
服务内容有重要变化时，我们会提前告知。您可以随时停止使用，停止使用不影响会籍。"""

_ID_NUMBER = """我们需要处理您的证件号码，这是敏感个人信息，请您单独同意。

目的：确认是您本人，避免一人多份会籍。
方式：加密保存；核验时提供给国家规定的身份核验机构；工作人员页面只显示前四位和后四位。
影响：泄露可能带来被冒用的风险，我们为此采取了加密、遮盖、授权和留痕的措施。
不同意：不能办理实名和入会，但仍可查询公开信息、拨打服务热线、到窗口办理。"""

DEFAULTS = {
    Purpose.PRIVACY: ("个人信息保护政策", _PRIVACY),
    Purpose.AGREEMENT: ("用户服务协议", _AGREEMENT),
    Purpose.ID_NUMBER: ("处理证件号码的单独同意书", _ID_NUMBER),
}


def publish_defaults(*, now: datetime) -> int:
    """Publish version 1 of every purpose that has no wording yet; returns how many."""
    made = 0
    for purpose, (title, body) in DEFAULTS.items():
        if not ConsentText.objects.filter(purpose=purpose).exists():
            digest = hashlib.sha256(body.encode()).hexdigest()
            ConsentText.objects.create(
                purpose=purpose, version=1, title=title, body=body, digest=digest, valid_from=now
            )
            made += 1
    return made
