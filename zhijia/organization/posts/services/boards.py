"""Who comes into office and who leaves it; in the caller's transaction. Source: docs/rules/posts.md#posts"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row, insert_rows
from zhijia.kernel.errors import Duplicate, RuleBroken
from zhijia.organization.access.services.grants import end_person_grants
from zhijia.organization.members.events import MembershipEnded, MembershipHandedOver
from zhijia.organization.posts import events
from zhijia.organization.posts.models import Candidate, Post, Term
from zhijia.organization.posts.rules.posts import PostKind, Source, term_end
from zhijia.organization.unions import selectors as unions

_LEADS = (PostKind.CHAIR, PostKind.VICE_CHAIR, PostKind.ORGANIZER)
"""Posts by which somebody is given a role in the platform."""


def take_office(actor: Actor, union_id: int, case_id: int, *, held_on: date, years: int, now: datetime) -> Term:
    """The elected of a case take their posts from the congress on; the term before ends, and its elected leave.

    Who is elected again goes on in his post. Raises Duplicate as `take_post`.
    """
    elected = list(Candidate.objects.filter(case_id=case_id, elected=True).order_by("id"))
    again = {(each.person_id, each.post) for each in elected}
    lead = {each.person_id for each in elected if each.post in _LEADS}
    for post in Post.objects.filter(union_id=union_id, until__isnull=True).exclude(source=Source.HIRED):
        if (post.person_id, post.kind) not in again:
            end_post(actor, post, on=held_on, by="ELECTION", now=now, keeps_role=post.person_id in lead)
        else:
            change_rows(Post, {"id": post.pk}, {"until": held_on, "ended_by": "ELECTION"})
    Term.objects.filter(union_id=union_id, in_force=True).update(in_force=False)
    last_day = term_end(held_on, years)
    term = Term.objects.create(
        union_id=union_id, years=years, starts=held_on, last_day=last_day, first_last_day=last_day, case_id=case_id
    )
    rows = [
        {"union_id": union_id, "person_id": each.person_id, "kind": each.post, "since": held_on,
         "source": Source.ELECTED, "case_id": case_id}
        for each in elected
    ]  # fmt: skip
    insert_rows(Post, rows)
    union = unions.get_facts(union_id)
    audit.record(
        actor, "posts.elected", ("union", union.public_id), now=now, unit_id=union_id,
        detail={"posts": len(rows), "last_day": last_day.isoformat()},
    )  # fmt: skip
    return term


def take_post(
    actor: Actor, union_id: int, person_id: int, kind: str, *, on: date, source: str, full_time: bool, case_id: int,
    now: datetime,
) -> Post:  # fmt: skip
    """Raises Duplicate `posts.held` where he holds it or the chair's place is taken."""
    try:
        with transaction.atomic():
            key = insert_row(Post, union_id=union_id, person_id=person_id, kind=kind, since=on, source=source,
                             full_time=full_time, case_id=case_id)  # fmt: skip
    except IntegrityError as error:
        raise Duplicate("posts.held", "他已担任这个职务，或主席已有人担任，请先核对现任。") from error
    union = unions.get_facts(union_id)
    audit.record(actor, "posts.taken", ("union", union.public_id), now=now, unit_id=union_id, concerns=person_id,
                 detail={"post": kind})  # fmt: skip
    return Post.objects.get(pk=key)


def end_post(actor: Actor, post: Post, *, on: date, by: str, now: datetime, keeps_role: bool = False) -> None:
    """He leaves it; what he could do in the platform by it ends at once. Raises RuleBroken `posts.before` for a day
    before he came.
    """
    if on < post.since:
        raise RuleBroken("posts.before", f"离任日期不能早于任职日期 {post.since.isoformat()}。")
    change_rows(Post, {"id": post.pk}, {"until": on, "ended_by": by})
    union = unions.get_facts(post.union_id)
    audit.record(actor, "posts.ended", ("union", union.public_id), now=now, unit_id=post.union_id,
                 concerns=post.person_id, detail={"post": post.kind, "by": by})  # fmt: skip
    if post.kind in _LEADS and not keeps_role:
        end_person_grants(post.person_id, union_id=post.union_id, reason="离任", now=now)
    events.post_ended.announce(events.PostEnded(post.person_id, post.union_id, post.kind, on, now))


def end_posts(actor: Actor, union_id: int, *, on: date, by: str, now: datetime) -> int:
    """A union ends, and all its posts with it. Returns how many."""
    held = list(Post.objects.filter(union_id=union_id, until__isnull=True))
    for post in held:
        end_post(actor, post, on=max(on, post.since), by=by, now=now)
    Term.objects.filter(union_id=union_id, in_force=True).update(in_force=False)
    return len(held)


def follow_ended(event: MembershipEnded) -> None:
    """Who is no member any more holds no post of a grassroots union, but for those who are hired."""
    _leave(event.person_id, None, event.at)


def follow_handed_over(event: MembershipHandedOver) -> None:
    """Who has gone to another union holds no post of the one he left."""
    _leave(event.person_id, event.union_id, event.at)


def _leave(person_id: int, stays_at: int | None, at: datetime) -> None:
    held = Post.objects.filter(person_id=person_id, until__isnull=True, union__type__in=["GRASSROOTS", "JOINT"])
    for post in held.exclude(source=Source.HIRED).exclude(union_id=stays_at or 0):
        end_post(SYSTEM, post, on=max(localdate(at), post.since), by="LEFT", now=at)
