from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class Measures(models.Model):
    """What is counted, a column each: `rules.MEASURES`."""

    members = models.IntegerField(default=0)
    retained = models.IntegerField(default=0)
    real_name = models.IntegerField(default=0)
    activated = models.IntegerField(default=0)
    female = models.IntegerField(default=0)
    migrant = models.IntegerField(default=0)
    dispatched = models.IntegerField(default=0)
    new_form = models.IntegerField(default=0)
    form_food_rider = models.IntegerField(default=0)
    form_courier = models.IntegerField(default=0)
    form_ride_hail = models.IntegerField(default=0)
    form_truck = models.IntegerField(default=0)
    form_domestic = models.IntegerField(default=0)
    form_care = models.IntegerField(default=0)
    form_guard = models.IntegerField(default=0)
    form_mall = models.IntegerField(default=0)
    form_estate = models.IntegerField(default=0)
    form_valet = models.IntegerField(default=0)
    form_streamer = models.IntegerField(default=0)
    form_renovation = models.IntegerField(default=0)
    form_other = models.IntegerField(default=0)
    unions = models.IntegerField(default=0)
    federations = models.IntegerField(default=0)
    employers = models.IntegerField(default=0)
    workers = models.IntegerField(default=0)
    joined = models.IntegerField(default=0)
    entered = models.IntegerField(default=0)
    transferred_in = models.IntegerField(default=0)
    restored = models.IntegerField(default=0)
    transferred_out = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    expelled = models.IntegerField(default=0)
    deceased = models.IntegerField(default=0)
    merged = models.IntegerField(default=0)
    unmerged = models.IntegerField(default=0)
    reorganized_in = models.IntegerField(default=0)
    reorganized_out = models.IntegerField(default=0)
    left = models.IntegerField(default=0)

    class Meta:
        abstract = True


def _union() -> models.ForeignKey[models.Model, models.Model]:
    """Which union; unions are never deleted, so that nothing need be looked up when a row is written."""
    return models.ForeignKey("unions.Union", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)


class FigureDelta(Measures):
    """What one event changed at one union; taken away when it has been folded into the figures.

    `path` is where the union stands, so that a subtree finds its pending changes without asking for each union.
    `day` is when it happened, in Shanghai.
    """

    union = _union()
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
    """What one day changed at a union alone; with the snapshot before it, it gives the figures of any day."""

    union = _union()
    day = models.DateField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["union", "day"], name="figure_day_once")]

    def __str__(self) -> str:
        return f"{self.union_id} {self.day}"


class FigureSnapshot(Measures):
    """A union alone, without its subtree, at 00:00 on the first of a month (`on`); rolled up by path when read."""

    union = _union()
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["union", "on"], name="snapshot_once")]
        indexes = [models.Index(fields=["on", "union"], name="snapshot_on")]

    def __str__(self) -> str:
        return f"{self.union_id} {self.on}"


class FigureMonth(Measures):
    """A union with its subtree, in the boundaries of that day, at 00:00 on the first of a month: for twelve-month
    lines.
    """

    union = _union()
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["union", "on"], name="figure_month_once")]

    def __str__(self) -> str:
        return f"{self.union_id} {self.on}"


class FigureCell(models.Model):
    """How many active members of a large union's subtree have the value `a` of one dimension and `b` of another, on the
    night of `day`; smaller unions are counted when they are asked for.
    """

    union = _union()
    day = models.DateField()
    first = KeyField(max_length=16)
    second = KeyField(max_length=16)
    a = KeyField(max_length=12)
    b = KeyField(max_length=12)
    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["union", "first", "second", "a", "b"], name="figure_cell_once"),
        ]

    def __str__(self) -> str:
        return f"{self.union_id} {self.first}={self.a} {self.second}={self.b}"


class Recount(models.Model):
    """A nightly comparison of the figures with a count of the memberships; `wrong` lists unions that differed."""

    at = models.DateTimeField()
    unions = models.PositiveIntegerField()
    differing = models.PositiveIntegerField()
    wrong = models.JSONField(default=list)
    state = KeyField(max_length=8, default="ok")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.state}"
