"""Terms that end soon: their unions are reminded, each time once. Source: docs/rules/posts.md#terms"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.notify import services as notify
from zhijia.kernel.registry import registry
from zhijia.organization.posts.models import Term
from zhijia.organization.posts.permissions import Permission
from zhijia.organization.posts.rules.posts import REMINDERS, reminder_due
from zhijia.organization.unions import selectors as unions


def remind_some(after: int, *, now: datetime, limit: int = 200) -> tuple[int, int, int]:
    """The next terms that end within half a year: `(last row looked at, looked at, reminded)`."""
    today = timezone.localdate(now)
    soon = Term.objects.filter(
        in_force=True, pk__gt=after, last_day__gte=today, last_day__lte=today + timedelta(days=REMINDERS[0])
    )
    rows = list(soon.order_by("pk")[:limit])
    reminded = 0
    for term in rows:
        due = reminder_due(term.last_day, today, term.reminded)
        if due is not None:
            _remind(term, due, now=now)
            reminded += 1
    return (rows[-1].pk if rows else after), len(rows), reminded


@transaction.atomic
def _remind(term: Term, due: int, *, now: datetime) -> None:
    """Whoever may run the election of this very union; where nobody is, who stands above."""
    if not Term.objects.filter(pk=term.pk, reminded=term.reminded).update(reminded=due):
        return
    union = unions.get_facts(term.union_id)
    today = timezone.localdate(now)
    holders = registry.units.holders(union.id, Permission.TERM_RUN, today)
    left = (term.last_day - today).days
    said = {"union": union.name, "day": term.last_day.isoformat(), "left": str(left)}
    for person_id in sorted(holders[0][1]) if holders else ():
        notify.send("posts.term_ends", person_id=person_id, context=said, now=now)
