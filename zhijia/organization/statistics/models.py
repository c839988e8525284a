from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField

MEASURES = (
    "members",
    "joined",
    "entered",
    "left",
    "real_name",
    "activated",
    "female",
    "migrant",
    "new_form",
    "dispatched",
    "unions",
    "retained",
)
FLOWS = ("joined", "entered", "left")
"""Those that only grow; the others are stocks. `entered` counts who was written by a roster, having joined earlier;
`retained` counts kept memberships, apart from `members`.
"""


class Measures(models.Model):
    members = models.BigIntegerField(default=0)
    joined = models.BigIntegerField(default=0)
    entered = models.BigIntegerField(default=0)
    left = models.BigIntegerField(default=0)
    real_name = models.BigIntegerField(default=0)
    activated = models.BigIntegerField(default=0)
    female = models.BigIntegerField(default=0)
    migrant = models.BigIntegerField(default=0)
    new_form = models.BigIntegerField(default=0)
    dispatched = models.BigIntegerField(default=0)
    unions = models.BigIntegerField(default=0)
    retained = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class FigureDelta(Measures):
    """What one event changed at one union; taken away when it has been folded into the figures.

    `path` is where the union stands, so that a subtree finds its pending changes without asking for each union.
    `day` is when it happened, in Shanghai.
    """

    union_id = models.BigIntegerField()
    path = KeyField(max_length=48)
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.union_id} {self.members:+d}"


class Figure(Measures):
    """A union with its whole subtree, all folded deltas included. What is true now is this plus the pending deltas."""

    union_id = models.BigIntegerField(primary_key=True)
    merged_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.union_id} {self.members}"


class FigureDay(Measures):
    """What was folded of one day at a union alone; kept as long as a snapshot of the month may come late."""

    union_id = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "union_id"], name="figure_day_once")]

    def __str__(self) -> str:
        return f"{self.union_id} {self.day}"


class FigureSnapshot(Measures):
    """A union alone, without its subtree, at 00:00 on the first of a month (`on`); rolled up by path when read."""

    union_id = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["union_id", "on"], name="snapshot_once")]
        indexes = [models.Index(fields=["on", "union_id"], name="snapshot_on")]

    def __str__(self) -> str:
        return f"{self.union_id} {self.on}"


class FigureMonth(Measures):
    """A union with its subtree, in the boundaries of that day, at 00:00 on the first of a month: for twelve-month
    lines.
    """

    union_id = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["union_id", "on"], name="figure_month_once")]

    def __str__(self) -> str:
        return f"{self.union_id} {self.on}"


class Recount(models.Model):
    """A nightly comparison of the figures with a count of the memberships; `wrong` lists unions that differed."""

    at = models.DateTimeField()
    unions = models.PositiveIntegerField()
    differing = models.PositiveIntegerField()
    wrong = models.JSONField(default=list)
    state = KeyField(max_length=8, default="ok")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.state}"
