"""The end of a secondment."""

from __future__ import annotations

from zhijia.kernel.api import Done, PublicId, Routes, Who
from zhijia.kernel.http import Request
from zhijia.organization.transfers.cases import returns

routes = Routes("returns", "借调返回", who=Who.MEMBER, surface="member")


@routes.write("/me/transfers/{pid}/return", Done)
def return_home(request: Request, pid: PublicId) -> Done:
    """借调结束，转回原工会。"""
    returns.return_home(request.actor, pid, now=request.now)
    return Done()
