from zhijia.foundation.casework import declaring
from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    FileUse,
    MenuItem,
    MessageTemplate,
    Panel,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)
from zhijia.organization.duplicates.cases import MERGES
from zhijia.organization.duplicates.selectors import may_read_paper

from . import personal, presenting, rules
from .permissions import Permission
from .services.asked import CORRECTIONS

SCENARIO = Scenario(
    code="duplicates",
    name="重复档案",
    permissions=(
        PermissionSpec(Permission.MERGE_ASK, "提出合并重复档案", frozenset({"ORG"}), group="会员"),
        PermissionSpec(Permission.MERGE_DECIDE, "复核合并重复档案", frozenset({"ORG"}), group="会员"),
        PermissionSpec(
            Permission.CORRECT,
            "更正会员姓名和号码",
            frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"}),
            group="会员",
        ),
    ),
    menu=(MenuItem("组织", "重复档案", "duplicates:list", (Permission.MERGE_ASK,), 165, icon="copy"),),
    personal_data=(
        PersonalData(
            "duplicates.doubles",
            "重复档案核对",
            "避免一个人有两份档案；合并的经过供核对和撤销。",
            "合并的永久（工会档案）；排除的线索一年",
            personal.export_duplicates,
            personal.kept_duplicates,
            personal.erase_hints,
            tables=("duplicates.DuplicateHint", "duplicates.PersonMerge"),
        ),
    ),
    sweeps=(Sweep("duplicates.hints", "排除的重复线索", personal.HINT_DAYS, personal.forget_hints),),
    workflows=(rules.MERGE,),
    case_links=declaring.links(MERGES, menu="duplicates:list"),
    parameters=(
        ParameterSpec("merge.review_wd", "合并档案复核时限", 5, "wd", "平台默认", 1, 30),
        ParameterSpec("merge.undo_cd", "合并档案可撤销期限", 30, "cd", "平台默认", 7, 365),
    ),
    messages=(
        MessageTemplate(
            "duplicates.merged",
            "重复档案已合并",
            "工会核对后，合并了您名下重复的会员档案，会籍不变。如有疑问请联系工会。",
        ),
    ),
    audit_events=(
        AuditEvent("duplicates.dismissed", "排除重复档案"),
        AuditEvent("duplicates.membership_corrected", "更正入会日期或会员卡号"),
    ),
    corrections=CORRECTIONS,
    file_uses=(
        FileUse(
            "duplicates.correction",
            "更正姓名、号码的证明",
            frozenset({"pdf", "jpeg", "png", "webp"}),
            most_bytes=10 * 1024 * 1024,
            keep_days=3650,
            may_read=may_read_paper,
            at_work=True,
        ),
    ),
    panels=(Panel("member", "核对和更正", "duplicates/_panel.html", presenting.panel, 90),),
)
