"""A newer version's tables, made while the older one goes on working. Source: docs/runbooks/upgrade.md"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from zhijia.kernel import db
from zhijia.kernel.errors import WrongState

TRIES: Final = 60
PAUSE_S: Final = 3.0
"""Between two tries, for those who were held up behind us."""


def upgrade(
    *, pause: Callable[[float], None], tries: int = TRIES, say: Callable[[str], None] = lambda _text: None
) -> list[str]:
    """Apply what the database lacks, one migration after another, each whole or not at all; returns their names.

    A migration that has to wait longer for a table than `migrate` may (two seconds) is taken back, since everybody else
    waits behind it, and tried again after a pause. Machines that upgrade at once do so one after another. Raises
    WrongState `upgrade.held_up` when the tries are over; what was applied until then stays, and the next call goes on.
    """
    with db.one_at_a_time("upkeep.upgrade", pause=pause):
        waiting = _waiting()
        for left in range(tries - 1, -1, -1):
            try:
                call_command("migrate", interactive=False, verbosity=0)
                break
            except OperationalError as error:
                if not db.was_held_up(error):
                    raise
                if not left:
                    raise WrongState(
                        "upgrade.held_up",
                        f"试了 {tries} 次，要改的表一直被占用。平台照常运行；请稍后再运行 zhijia upgrade，"
                        "或用 pg_stat_activity 查看是谁占着。",
                    ) from None
                say("要改的表正被占用，已让开，稍后再试。")
                pause(PAUSE_S)
        call_command("createcachetable", verbosity=0)
    return waiting


def _waiting() -> list[str]:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
