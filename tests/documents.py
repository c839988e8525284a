"""`python -m tests.documents`: write docs/reference from the registry; `--check` says whether it is up to date.

Permissions, workflows with their diagrams, parameters, audit events and jobs are declared in code; these pages are
their printed form, so nobody has to write them twice.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import django

from zhijia.foundation.workflow.rules import Move

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
_NOTE = "Written by `make docs` from the scenarios' declarations; change it there."


def _page(title: str, lead: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", lead, _NOTE, "", *lines]).rstrip() + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join('---' for _ in head)}|"]
    return [*lines, *(f"| {' | '.join(_cell(value) for value in row)} |" for row in rows)]


def permissions() -> str:
    from zhijia.kernel.registry import registry

    rows = (
        (f"`{spec.code}`", spec.label, ", ".join(f"`{role}`" for role in sorted(spec.roles)) or "none by itself")
        for spec in sorted(registry.permissions.values(), key=lambda spec: spec.code)
    )
    lead = "What a grant may hold. A grant is a role on a unit and covers the unit's subtree."
    return _page("Permissions", lead, _table(("permission", "what it allows", "roles that carry it"), rows))


def workflows() -> str:
    from zhijia.kernel.registry import registry

    lines: list[str] = []
    for flow in sorted(registry.workflows.values(), key=lambda flow: str(flow.code)):
        lines += [f"## `{flow.code}` {flow.name}", "", "```mermaid", "stateDiagram-v2"]
        lines += [f'  state "{label}" as {state}' for state, label in flow.labels.items()]
        lines += [f"  [*] --> {flow.start}"]
        for move in flow.moves:
            lines += [f"  {source} --> {move.target}: {move.name}" for source in sorted(move.sources)]
        lines += [f"  {state} --> [*]" for state in sorted(flow.closed)]
        lines += ["```", ""]
        rows = (
            (
                f"`{move.name}` {move.title if move.title != move.name else ''}".strip(),
                ", ".join(flow.labels[state] for state in sorted(move.sources)),
                flow.labels[move.target],
                f"`{move.by}`" + (f" on {_units(move)}" if move.is_permission else ""),
                ", ".join(filter(None, [*move.needs, "once" if move.once else "", "checker" if move.checker else ""])),
                f"`{move.after}`" if move.after else "",
            )
            for move in flow.moves
        )
        lines += [*_table(("move", "from", "to", "by", "needs", "by itself after"), rows), ""]
    return _page("Workflows", "Every case moves by one of these tables, and by nothing else.", lines)


def _units(move: Move) -> str:
    return ", ".join(sorted({move.unit_in(state) for state in move.sources}))


def parameters() -> str:
    from zhijia.kernel.registry import registry

    rows = (
        (f"`{spec.code}`", spec.label, spec.default, spec.unit, spec.source)
        for spec in sorted(registry.parameters.values(), key=lambda spec: spec.code)
    )
    lead = "Numbers that a law, a region or a plan sets: effective-dated, edited by maker and checker."
    return _page("Parameters", lead, _table(("parameter", "label", "default", "unit", "source"), rows))


def audit_events() -> str:
    from zhijia.kernel.registry import registry

    rows = (
        (f"`{event.code}`", event.label, "nothing personal" if event.erases == "none" else "cut with the person")
        for event in sorted(registry.audit_events.values(), key=lambda event: event.code)
    )
    lead = "What the trail records, and what of it is erased with a person."
    return _page("Audit events", lead, _table(("event", "label", "personal part"), rows))


def clockwork() -> str:
    from zhijia.foundation.jobs import registry as jobs
    from zhijia.kernel.clockwork import periodic

    lines = ["## By the clock", ""]
    clock = sorted(periodic(), key=lambda item: item.name)
    rows = ((f"`{i.name}`", f"daily at {i.at:%H:%M}" if i.at else f"every {i.minutes} min") for i in clock)
    lines += [*_table(("function", "when (Shanghai)"), rows), "", "## Long jobs", ""]
    lines += _table(("kind", "label"), ((f"`{k.name}`", k.label) for k in sorted(jobs.kinds(), key=lambda k: k.name)))
    return _page("Jobs and the clock", "What runs without a person waiting for it.", lines)


PAGES: dict[str, Callable[[], str]] = {
    "permissions.md": permissions,
    "workflows.md": workflows,
    "parameters.md": parameters,
    "audit-events.md": audit_events,
    "jobs.md": clockwork,
}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijia.config.settings.test")
    django.setup()
    stale = []
    for name, build in PAGES.items():
        path, text = FOLDER / name, build()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        done = "is not up to date: run make docs" if "--check" in sys.argv else "written"
        print(f"docs/reference: {', '.join(stale)} {done}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
