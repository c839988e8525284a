from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.kernel.ids import new_public_id

from .rows import ElectionRow, choices
from .rules import elections, posts, terms


class Term(models.Model):
    """A union's term of office, `starts` to `last_day`, both in it; `first_last_day` before it was extended.

    `reminded` is the last reminder sent, in days before the end.
    """

    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    years = models.PositiveSmallIntegerField()
    starts = models.DateField()
    last_day = models.DateField()
    first_last_day = models.DateField()
    in_force = models.BooleanField(default=True)
    reminded = models.PositiveSmallIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["union"], condition=Q(in_force=True), name="term_one_in_force"),
        ]
        indexes = [models.Index(fields=["in_force", "last_day", "id"], name="term_by_end")]

    def __str__(self) -> str:
        return f"{self.union_id} {self.starts}"


class Post(models.Model):
    """Who held which post during `[since, until)`; of a chair there is one at a time."""

    public_id = KeyField(max_length=16, unique=True, default=new_public_id)
    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    kind = KeyField(max_length=13, choices=choices(posts.POSTS))
    full_time = models.BooleanField(default=False)
    since = models.DateField()
    until = models.DateField(null=True)
    source = KeyField(max_length=8, choices=choices(posts.SOURCES))
    case_id = models.BigIntegerField(null=True)
    ended_by = KeyField(max_length=10, default="", blank=True, choices=choices(terms.ENDS))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["union", "person", "kind"], condition=Q(until__isnull=True), name="post_held_once"
            ),
            models.UniqueConstraint(
                fields=["union"], condition=Q(until__isnull=True, kind="CHAIR"), name="post_one_chair"
            ),
        ]
        indexes = [
            models.Index(fields=["union", "until"], name="post_by_union"),
            models.Index(fields=["person", "until"], name="post_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.union_id} {self.kind}"


class Candidate(models.Model):
    """Somebody who stood for a post in the election that a case reports."""

    case = models.ForeignKey("workflow.Case", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    post = KeyField(max_length=13, choices=choices(posts.ELECTED_POSTS))
    votes = models.PositiveIntegerField()
    elected = models.BooleanField()
    bar = KeyField(max_length=9, choices=choices(elections.BARS))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person", "post"], name="candidate_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.post}"


class TermChange(ElectionRow):
    """A union's next election, from its plan on; or its term made longer, until `extended_to`."""

    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    planned_on = models.DateField()
    reason = models.CharField(max_length=200, default="", blank=True)
    extended_to = models.DateField(null=True)


class PostChange(CaseRow):
    """Somebody who is to come into a post, or to leave it, between two elections."""

    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    action = KeyField(max_length=10, choices=choices(terms.ACTIONS))
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    kind = KeyField(max_length=13, choices=choices(posts.POSTS))
    full_time = models.BooleanField(default=False)
    on = models.DateField()
    committee_agreed = models.BooleanField(default=False)
    entitled = models.PositiveIntegerField(null=True)
    in_favour = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=200)
