from django.http import HttpResponse

from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel.http import Request

from .permissions import Permission
from .rules import LOAN


def room(request: Request) -> HttpResponse:
    """What the member has borrowed."""
    mine = [case for case in cases.list_my_cases(request.actor) if case.workflow == LOAN.code]
    return HttpResponse("职工书屋：" + "、".join(case.title for case in mine))


def desk(request: Request) -> HttpResponse:
    """What waits for the librarian."""
    request.actor.require_anywhere(Permission.LEND)
    waiting = cases.list_inbox(request.actor, now=request.now, workflow=LOAN.code)
    return HttpResponse("待借出：" + "、".join(row.case.title for row in waiting))
