from datetime import datetime

from django.db import transaction

from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.actor import Actor

from .rules import LOAN


@transaction.atomic
def ask(actor: Actor, title: str, *, unit_id: int, now: datetime) -> str:
    """A member asks for a book. Returns the case's public id. Raises NotSignedIn."""
    case = workflow.open_case(
        LOAN, actor, title=title[:120], unit_id=unit_id, owner_person_id=actor.require_person(), now=now
    )
    return case.public_id
