"""Full numbers asked for and decided, refused rows settled, as the services take it."""

from __future__ import annotations

from typing import Any

from tests.world import World
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.organization.rosters.cases.conflicts import CONFLICTS
from zhijia.organization.rosters.cases.exports import EXPORTS

REASON = "办理互助保障参保"


def ask(world: World, actor: Actor, union: str = "plant", *, form: str = "csv", reason: str = REASON) -> str:
    said = {"union": world[union].public_id, "form": form, "reason": reason}
    return open_case(EXPORTS, actor, said, now=world.now)


def decide(world: World, actor: Actor, case: str, move: str = "agree", note: str = "") -> None:
    act(EXPORTS, actor, case, move, {"note": note}, now=world.now)


def settle(world: World, actor: Actor, case: str, move: str = "mend", **given: Any) -> Case:
    """A refused row is mended, matched, offered or dismissed."""
    return act(CONFLICTS, actor, case, move, given, now=world.now)
