"""The order of the rooms, read from the import contracts, so that both say the same."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps

from zhijia.kernel.registry import Scenario

_PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


@cache
def _layers(container: str) -> dict[str, int]:
    """Name of a room or capability → height; neighbours have the same. Empty where the container has no order."""
    settings = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract.get("containers") == [container]:
            layers = contract["layers"]
            return {
                name.strip(" ()"): len(layers) - place for place, row in enumerate(layers) for name in row.split("|")
            }
    return {}


def capability(module: str) -> str:
    """`zhijia.foundation.audit.models` → `foundation.audit`; `zhijia.portal.views` → `portal`."""
    parts = module.split(".")
    alone = parts[1] in ("portal", "demo", "kernel", "config", "cli")
    return parts[1] if alone or len(parts) == 2 else ".".join(parts[1:3])


def height(name: str) -> tuple[int, int]:
    """Where a capability stands: the room's height, then its own within the room (0 where the room has no order)."""
    room, _, inner = name.partition(".")
    return _layers("zhijia")[room], _layers(f"zhijia.{room}").get(inner, 0)


def may_point(source: str, target: str) -> bool:
    """Whether a table of `source` may refer to one of `target`: itself, or something lower; never a neighbour."""
    return source == target or height(target) < height(source)


def scenarios() -> dict[str, tuple[str, Scenario]]:
    """By the code of each scenario, the Python name of its package and what it declares; packages of others too."""
    found = {}
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.scenario") is not None:
            scenario = import_module(f"{config.name}.scenario").SCENARIO
            found[scenario.code] = (config.name, scenario)
    return found
