"""Who calls whom, read from the source: enough to say whether a service can reach the audit trail."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType

ROOT = Path(__file__).resolve().parents[2]
Function = tuple[str, str]
"""Module and name: `("zhijia.organization.joining.services.applications", "submit")`."""


def modules(part: str) -> Iterator[ModuleType]:
    """Every module of the rooms that is `part` or lies in a package of that name: `services`, `selectors`."""
    from django.apps import apps

    for config in apps.get_app_configs():
        if not config.name.startswith("zhijia.") or config.module is None:
            continue
        for found in pkgutil.walk_packages(config.module.__path__, f"{config.name}."):
            if lies_in(config.name, found.name, part):
                yield importlib.import_module(found.name)


def lies_in(room: str, module: str, part: str) -> bool:
    """Whether a room's module is its `part`, or lies in it; the folders above the room do not count."""
    parts = module.removeprefix(f"{room}.").split(".")
    return part in parts and "tests" not in parts


def public_functions(part: str) -> Iterator[tuple[Function, FunctionType]]:
    for module in modules(part):
        for name, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                yield (module.__name__, name), value


@cache
def _tree(module: str) -> ast.Module | None:
    path = ROOT.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.exists():
            return ast.parse(file.read_text(encoding="utf-8"))
    return None


@cache
def _names(module: str) -> dict[str, tuple[str, str]]:
    """What a module's names stand for: `{"audit": ("zhijia.foundation.audit.services", ""), "move": (module, "move")}`.

    An empty second part means a module.
    """
    tree = _tree(module)
    names: dict[str, tuple[str, str]] = {}
    if tree is None:
        return names
    package = module if (ROOT.joinpath(*module.split(".")) / "__init__.py").exists() else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                upper = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*upper, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                target = (inner, "") if _tree(inner) is not None else (base, alias.name)
                names[alias.asname or alias.name] = target
        elif isinstance(node, ast.FunctionDef):
            names.setdefault(node.name, (module, node.name))
    return names


def _resolved(module: str, name: str) -> Function | None:
    """Through re-exports of a package to where the function stands."""
    for _ in range(5):
        target = _names(module).get(name)
        if target is None or not target[1]:
            return None
        if target == (module, name):
            return target
        module, name = target
    return None


@cache
def calls_of(function: Function) -> frozenset[Function]:
    """What it calls directly, as far as names tell."""
    module, name = function
    tree = _tree(module)
    found: set[Function] = set()
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.FunctionDef) or node.name != name:
            continue
        for call in ast.walk(node):
            if not isinstance(call, ast.Call):
                continue
            target: Function | None = None
            if isinstance(call.func, ast.Name):
                target = _resolved(module, call.func.id)
            elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
                place = _names(module).get(call.func.value.id)
                if place is not None and not place[1]:
                    target = _resolved(place[0], call.func.attr)
            if target is not None:
                found.add(target)
    return frozenset(found)


def reaches(function: Function, targets: frozenset[Function]) -> bool:
    seen, waiting = {function}, [function]
    while waiting:
        for called in calls_of(waiting.pop()):
            if called in targets:
                return True
            if called not in seen:
                seen.add(called)
                waiting.append(called)
    return False
