"""Full numbers asked for and decided, as the services take it."""

from __future__ import annotations

from tests.world import World
from zhijia.foundation.casework.services import act, open_case
from zhijia.kernel.actor import Actor
from zhijia.organization.rosters.cases.exports import EXPORTS

REASON = "办理互助保障参保"


def ask(world: World, actor: Actor, union: str = "plant", *, form: str = "csv", reason: str = REASON) -> str:
    said = {"union": world[union].public_id, "form": form, "reason": reason}
    return open_case(EXPORTS, actor, said, now=world.now)


def decide(world: World, actor: Actor, case: str, move: str = "agree", note: str = "") -> None:
    act(EXPORTS, actor, case, move, {"note": note}, now=world.now)
