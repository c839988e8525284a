from zhijia.foundation.casework import declaring
from zhijia.foundation.workflow.selectors import open_items
from zhijia.kernel.registry import (
    MemberEntry,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .cases.claims import CLAIMS
from .cases.founding import FOUNDING
from .cases.transfers import TRANSFERS
from .permissions import Permission
from .rules.claims import CLAIM, FOUNDING_TASK
from .rules.transfers import TRANSFER

_DECIDERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})
_GRASSROOTS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN"})

SCENARIO = Scenario(
    code="transfers",
    name="转会",
    permissions=(
        PermissionSpec(Permission.DECIDE, "审批转入", _DECIDERS, group="会员"),
        PermissionSpec(Permission.BATCH, "批量转接会员", frozenset({"TOWN_WORKER", "ORG"}), group="会员"),
        PermissionSpec(Permission.OFFER, "认领网上会员之家的会员", _GRASSROOTS, group="会员"),
        PermissionSpec(Permission.FOUND, "办理建会任务", frozenset({"TOWN_WORKER", "ORG"}), group="组织"),
    ),
    menu=(
        MenuItem("组织", "转会", "transfers:list", (Permission.DECIDE,), 140, icon="transfer"),
        MenuItem("组织", "认领会员", "transfers:claimable", (Permission.OFFER,), 160, icon="user-plus"),
        MenuItem("组织", "建会线索", "transfers:uncovered", (Permission.FOUND,), 170, icon="building-community"),
    ),
    member_entries=(MemberEntry("转会", "transfer", "transfers:choose", "red", 30),),
    for_ticked_members=(
        MenuItem("转到管辖范围内的另一个工会，本人有七天异议期", "批量转接", "transfers:batch", (Permission.BATCH,)),
    ),
    personal_data=(
        declaring.personal_data(TRANSFERS),
        declaring.personal_data(CLAIMS),
    ),
    workflows=(TRANSFER, CLAIM, FOUNDING_TASK),
    open_items=(open_items(TRANSFER), open_items(CLAIM), open_items(FOUNDING_TASK)),
    case_links={
        **declaring.links(TRANSFERS),
        **declaring.links(CLAIMS, menu="transfers:claimable"),
        **declaring.links(FOUNDING, menu="transfers:uncovered"),
    },
    parameters=(
        ParameterSpec("transfer.review_wd", "转入审核时限，逾期转上级", 3, "wd", "会籍管理办法；平台默认", 1, 30),
        ParameterSpec("transfer.escalated_wd", "上级办理转会时限", 3, "wd", "平台默认", 1, 30),
        ParameterSpec("transfer.objection_cd", "批量转接异议期", 7, "cd", "平台默认", 3, 60),
        ParameterSpec("claim.answer_cd", "认领邀请有效期", 15, "cd", "平台默认", 3, 90),
        ParameterSpec("claim.hint_members", "同一单位会员达到几人时提示", 5, "count", "平台默认", 2, 1000),
        ParameterSpec("claim.founding_members", "同一单位会员达到几人时建会", 25, "count", "工会法第十一条", 3, 1000),
        ParameterSpec("claim.founding_cd", "建会任务时限", 30, "cd", "平台默认", 5, 365),
    ),
    messages=(
        MessageTemplate(
            "transfers.transfer_asked", "转会申请已提交", "已请“{union}”审核您的转会申请，办结前会籍保留在原工会。"
        ),
        MessageTemplate(
            "transfers.transfer_done",
            "转会已完成",
            "您的会籍已转入“{union}”，会员卡继续使用，会费自 {month}起在新工会缴纳。",
            sms="【{site}】您的会籍已转入“{union}”，会员卡继续使用。",
        ),
        MessageTemplate(
            "transfers.transfer_leaving", "有会员申请转出", "会员{name}申请转到“{union}”，由转入工会审核。"
        ),
        MessageTemplate(
            "transfers.transfer_refused", "转会未通过", "“{union}”没有同意您的转会申请：{answer}。您的会籍仍在原工会。"
        ),
        MessageTemplate(
            "transfers.transfer_escalated",
            "转会申请已转上级工会",
            "“{union}”未按期审核，您的转会申请已转上级工会办理，请等待答复。",
        ),
        MessageTemplate(
            "transfers.transfer_noticed",
            "您的会籍将要转接",
            "因{reason}，您的会籍将从“{source}”转到“{union}”。如有异议，请最晚在 {until} 提出；没有异议的，期满转接。",
            sms="【{site}】您的会籍将从“{source}”转到“{union}”，如有异议请登录提出或拨打{hotline}。",
        ),
        MessageTemplate(
            "transfers.claim_offered",
            "单位工会邀请您转入",
            "您所在单位的“{union}”邀请您把会籍从“{home}”转过去，请最晚在 {until} 确认；不确认则会籍不变。",
            sms="【{site}】您所在单位的“{union}”邀请您转入会籍，请登录确认。",
        ),
        MessageTemplate(
            "transfers.transfer_invited",
            "邀请您转会",
            "“{union}”在名册中登记了您，而您现在是其他工会的会员。"
            "如您已到新单位工作，请最晚在 {until} 打开这件转会，点一下“确认转会”；不确认的，会籍不变。",
            sms="【{site}】“{union}”邀请您转入，如已到新单位工作请登录确认，不确认的会籍不变。",
        ),
    ),
)
