"""A kind's part of its capability's scenario."""

from __future__ import annotations

from functools import partial

from zhijia.foundation.files.rules import EVIDENCE
from zhijia.foundation.workflow.rules import to_others
from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import CaseLink, FileUse

from . import selectors, services
from .fields import Papers
from .kinds import CaseKind


def links(kind: CaseKind, *, menu: str = "") -> dict[str, CaseLink]:
    """Where a case opens, for the inbox, the desk and the member's matters; `menu` where its list is no menu line."""
    member = kind.page("case") if kind.has_own_page else ""
    return {kind.workflow.code: CaseLink(member=member, console=kind.page("review"), menu=menu or kind.page("list"))}


def personal_data(kind: CaseKind) -> PersonalData:
    years = f"其余办结后 {kind.keep_days // 365} 年"
    labels = {state: to_others(label) for state, label in kind.workflow.labels.items()}
    ends = "".join(f"“{label}”" for state, label in labels.items() if state in kind.archive)
    return PersonalData(
        kind.workflow.code,
        kind.name,
        kind.purpose,
        "永久"
        if kind.archive >= kind.workflow.closed
        else f"办结为{ends}的永久，{years}"
        if ends
        else years.removeprefix("其余"),
        partial(selectors.export, kind),
        partial(selectors.kept, kind),
        partial(services.erase, kind),
        tables=(f"{kind.model._meta.app_label}.{kind.model.__name__}",),
    )


def file_use(kind: CaseKind, asked: Papers, *, keep_days: int) -> FileUse:
    """The papers of a kind: read by whose matter it is, and by who holds one of its rights there at the moment."""
    label, read = f"{kind.name}{asked.label}", partial(selectors.may_read_paper, kind)
    return FileUse(asked.use, label, EVIDENCE, most_bytes=10 * 1024 * 1024, keep_days=keep_days, may_read=read,
                   at_work=True)  # fmt: skip


def sweep(kind: CaseKind) -> Sweep:
    return Sweep(kind.workflow.code, f"办结的{kind.name}", kind.keep_days, partial(services.forget, kind))
