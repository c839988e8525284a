"""What the import contracts of pyproject.toml can't say: another capability's models are closed."""

from __future__ import annotations

from collections.abc import Iterator

import grimp
import pytest

from tests.contracts.rooms import capability

OPEN = frozenset({"kernel", "config", "cli"})


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("zhijia", exclude_type_checking_imports=True, cache_dir=None)


def _foreign_models(graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
    for target in graph.modules:
        parts = target.split(".")
        if "models" not in parts or "tests" in parts or "migrations" in parts:
            continue
        for source in graph.find_modules_that_directly_import(target):
            between = {"tests", "factories", "migrations"} & set(source.split("."))
            if not between and capability(source) != capability(target) and capability(source) not in OPEN:
                yield source, target


def test_a_capability_is_called_by_its_selectors_and_services_never_by_its_models(graph):
    # The demonstration writes history set-based, which is what it is for.
    found = {(s.removeprefix("zhijia."), t.removeprefix("zhijia.")) for s, t in _foreign_models(graph)}
    found = {(s, t) for s, t in found if not s.startswith("demo")}
    assert found == set(), "call its selectors and services"


def test_no_migration_imports_application_code(graph):
    allowed = ("zhijia.kernel.db", "zhijia.kernel.ids")
    found = [
        (module, target)
        for module in graph.modules
        if ".migrations." in module
        for target in graph.find_modules_directly_imported_by(module)
        if not target.startswith(allowed) and ".migrations" not in target
    ]
    assert found == []


def test_neighbours_in_services_and_governance_meet_in_apps_only(graph):
    found = []
    for module in graph.modules - {"zhijia"}:
        own = capability(module)
        if own.partition(".")[0] not in ("services", "governance"):
            continue
        for target in graph.find_modules_directly_imported_by(module):
            other = capability(target)
            same_room = other.partition(".")[0] == own.partition(".")[0]
            if same_room and other != own and not (module.endswith(".apps") and target.endswith(".events")):
                found.append((module, target))
    assert found == []
