from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from zhijia.kernel.db import KeyField


def day_before(midnight: datetime) -> date:
    """The last day people are told of something that ends at `midnight`."""
    return timezone.localdate(midnight - timedelta(seconds=1))


class Case(models.Model):
    """One matter on its way. Its state lives here; what it is about lives in the capability's own row beside it.

    `title` names it for lists and is masked where it names a person. `open_key` is what only one open case of a
    workflow may be about, such as `person:12`. `owner_person_id` is whose matter it is,
    `maker_person_id` who made it. `versions` keeps the parameter versions it was decided under.
    """

    public_id = KeyField(max_length=16, unique=True)
    workflow = KeyField(max_length=32)
    state = KeyField(max_length=24)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    note = models.CharField(max_length=200, default="")
    owner_person_id = models.BigIntegerField(null=True)
    maker_person_id = models.BigIntegerField(null=True)
    last_person_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField()
    other_unit_id = models.BigIntegerField(null=True)
    open_key = KeyField(max_length=48, null=True)
    opened_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_provisional = models.BooleanField(default=False)
    due_explained = models.CharField(max_length=200, default="")
    closed_at = models.DateTimeField(null=True)
    versions = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "open_key"], condition=Q(closed_at__isnull=True), name="case_one_open"
            )
        ]
        indexes = [
            models.Index(fields=["owner_person_id", "-entered_at"], name="case_by_owner"),
            models.Index(fields=["unit_id", "workflow", "state", "entered_at"], name="case_by_unit"),
            models.Index(fields=["maker_person_id", "closed_at"], name="case_by_maker"),
            models.Index(fields=["workflow", "opened_at"], condition=Q(closed_at__isnull=True), name="case_open"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.public_id} {self.state}"

    @property
    def last_day(self) -> date | None:
        """The day people are told: `due_at` is the midnight after it."""
        return day_before(self.due_at) if self.due_at else None


class CaseHistory(models.Model):
    """One move that was made; append-only. `note` is shown to the owner, `facts` holds what the move needed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="history")
    at = models.DateTimeField()
    move = KeyField(max_length=24)
    source = KeyField(max_length=24, default="")
    target = KeyField(max_length=24)
    actor_kind = KeyField(max_length=10)
    person_id = models.BigIntegerField(null=True)
    role = KeyField(max_length=32, default="")
    unit_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, default="")
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["case", "at"], name="case_history_at"),
            models.Index(fields=["person_id", "-id"], name="case_history_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.move}"


class InboxEntry(models.Model):
    """Waits for whoever holds `permission` on `unit_id`; `home_unit_id` is where it would wait if somebody there
    did.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="entries")
    unit_id = models.BigIntegerField()
    home_unit_id = models.BigIntegerField()
    permission = KeyField(max_length=64)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "home_unit_id", "permission"], condition=Q(closed_at__isnull=True), name="inbox_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["unit_id", "permission", "due_at"], condition=Q(closed_at__isnull=True), name="inbox_open"
            ),
            models.Index(fields=["home_unit_id", "permission"], condition=Q(closed_at__isnull=True), name="inbox_home"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.unit_id} {self.permission}"


class Deadline(models.Model):
    """A clock on a case's state. `kind`: due (remind), clock (`move` is made by itself), window (`move` closes).

    `parameter`, `amount`, `started_at` and `stood_days` allow it to be computed again when a calendar year is
    published; `paused_at` stops it, `stood_days` counts the days it stood so far.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="deadlines")
    kind = KeyField(max_length=8)
    move = KeyField(max_length=24, default="")
    state = KeyField(max_length=24)
    parameter = KeyField(max_length=64)
    amount = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    explained = models.CharField(max_length=200, default="")
    extended_by = models.BigIntegerField(null=True)
    paused_at = models.DateTimeField(null=True)
    stood_days = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(done_at__isnull=True, paused_at__isnull=True), name="deadline_open"
            ),
            models.Index(fields=["case"], condition=Q(done_at__isnull=True), name="deadline_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.due_at:%Y-%m-%d}"
