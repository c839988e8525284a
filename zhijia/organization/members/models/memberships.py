from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from zhijia.kernel import db
from zhijia.kernel.actor import Scope
from zhijia.kernel.db import KeyField
from zhijia.kernel.names import NAME_KEY_LENGTH
from zhijia.organization.members.rules import NEW_FORM_GROUPS, WORK_FORMS


class MembershipState(models.TextChoices):
    ACTIVE = "ACTIVE", "在会"
    RETAINED = "RETAINED", "保留会籍"


class EventKind(models.TextChoices):
    JOINED = "joined", "入会"
    ENTERED = "entered", "名册登记"
    TRANSFERRED_IN = "transferred_in", "转入"
    TRANSFERRED_OUT = "transferred_out", "转出"
    RETAINED = "retained", "保留会籍"
    RESTORED = "restored", "恢复会籍"
    WITHDRAWN = "withdrawn", "退会"
    EXPELLED = "expelled", "开除会籍"
    DECEASED = "deceased", "去世"
    MERGED = "merged", "并档"
    UNMERGED = "unmerged", "撤销并档"
    CORRECTED = "corrected", "更正"
    REORGANIZED_IN = "reorganized_in", "随组织调整转入"
    REORGANIZED_OUT = "reorganized_out", "随组织调整转出"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def within(self, scope: Scope) -> MembershipQuerySet:
        """Only stays in unions of the scope's subtrees."""
        return self.filter(db.in_scope("union__path", scope))


class Membership(models.Model):
    """One stay of a person in one union, `[since, until)`; at most one open row a person.

    `county_unit` and `city_unit` are the ancestors of level 4 and 3 in the parent tree; with `name_key` and `initials`
    they only choose the index of a list, which narrows by scope besides. `joined_on` is the first joining of the chain.
    """

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    county_unit = models.BigIntegerField(null=True)
    city_unit = models.BigIntegerField(null=True)
    name_key = KeyField(max_length=NAME_KEY_LENGTH)
    initials = KeyField(max_length=30)
    state = KeyField(max_length=8, choices=MembershipState.choices, default=MembershipState.ACTIVE)
    since = models.DateField()
    until = models.DateField(null=True)
    ended_by = KeyField(max_length=16, choices=EventKind.choices, default="", blank=True)
    member_number = KeyField(max_length=16)
    joined_on = models.DateField()
    work_form = KeyField(max_length=10, choices=list(WORK_FORMS.items()), default="employed")
    new_form_group = KeyField(max_length=10, choices=list(NEW_FORM_GROUPS.items()), default="", blank=True)
    is_migrant = models.BooleanField(default=False)
    occupation = models.CharField(max_length=40, default="", blank=True)
    employer = models.ForeignKey("unions.Employer", models.PROTECT, null=True, related_name="+")
    employer_text = models.CharField(max_length=120, default="", blank=True)
    sex = KeyField(max_length=1, default="0")
    birth_year = models.PositiveSmallIntegerField(null=True)
    real_name_level = models.PositiveSmallIntegerField(default=0)
    activated = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Membership]] = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(until__isnull=True), name="membership_one_open"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="membership_period"
            ),
        ]
        indexes = [
            models.Index(
                fields=["union", "name_key", "id"], condition=Q(until__isnull=True), name="membership_union_name"
            ),
            models.Index(
                fields=["county_unit", "name_key", "id"], condition=Q(until__isnull=True), name="membership_county_name"
            ),
            models.Index(
                fields=["city_unit", "name_key", "id"], condition=Q(until__isnull=True), name="membership_city_name"
            ),
            models.Index(fields=["name_key", "id"], condition=Q(until__isnull=True), name="membership_name"),
            models.Index(
                fields=["union", "initials", "id"], condition=Q(until__isnull=True), name="membership_union_initials"
            ),
            models.Index(
                fields=["county_unit", "initials", "id"], condition=Q(until__isnull=True), name="membership_county_init"
            ),
            models.Index(fields=["initials", "id"], condition=Q(until__isnull=True), name="membership_initials"),
            models.Index(fields=["member_number"], name="membership_number"),
        ]

    def __str__(self) -> str:
        return self.member_number


class MembershipEvent(models.Model):
    """One change of a membership; append-only. `before` and `after` hold codes only, nothing personal."""

    person_id = models.BigIntegerField()
    membership_id = models.BigIntegerField()
    union_id = models.BigIntegerField()
    other_union_id = models.BigIntegerField(null=True)
    kind = KeyField(max_length=16, choices=EventKind.choices)
    on = models.DateField()
    at = models.DateTimeField()
    case_id = models.BigIntegerField(null=True)
    person_by = models.BigIntegerField(null=True)
    reason = KeyField(max_length=32, default="", blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    digest = KeyField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "at"], name="event_by_person"),
            models.Index(fields=["union_id", "on", "kind"], name="event_by_union_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


class MemberCard(models.Model):
    """The card of a membership chain: one living card a person. `serial` is the random id inside dynamic codes."""

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    serial = KeyField(max_length=16, unique=True)
    issued_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    void_reason = KeyField(max_length=16, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(voided_at__isnull=True), name="card_one_living")
        ]

    def __str__(self) -> str:
        return self.serial
