from datetime import datetime

from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import AuditEvent, FileUse, ParameterSpec, Scenario

from . import rules, selectors, services


def _expired(now: datetime, limit: int, held: frozenset[int]) -> int:
    return services.drop_expired(now=now, at_most=limit, held=held)


SCENARIO = Scenario(
    code="files",
    name="文件",
    audit_events=(
        AuditEvent("files.kept", "保存文件", erases="none"),
        AuditEvent("files.read", "查看文件", erases="none"),
        AuditEvent("files.dropped", "删除文件", erases="none"),
    ),
    parameters=(
        ParameterSpec("files.papers_day", "每个账号每天上传的材料份数", 100, "count", "平台默认", 20, 1_000),
        ParameterSpec("files.drafts_day", "每个账号每天待提交的材料份数", 30, "count", "平台默认", 5, 200),
    ),
    file_uses=(FileUse(services.DRAFT, "待提交的材料", rules.EVIDENCE, services.DRAFT_BYTES, keep_days=1),),
    personal_data=(
        PersonalData(
            "files.given",
            "上传的文件",
            "作为办理事项的证明材料，由办理的工会核对。",
            "随所属事项保存；有保存期限的到期删除",
            selectors.export_files,
            selectors.kept_files,
            tables=("files.StoredFile",),
        ),
    ),
    sweeps=(Sweep("files.expired", "到期的文件", 0, _expired),),
)
