from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from zhijia.kernel import db
from zhijia.kernel.actor import Scope
from zhijia.kernel.db import KeyField
from zhijia.kernel.ids import new_public_id


class UnionType(models.TextChoices):
    GENERAL = "GENERAL", "总工会"
    INDUSTRY = "INDUSTRY", "产业工会"
    GRASSROOTS = "GRASSROOTS", "基层工会"
    JOINT = "JOINT", "联合基层工会"
    AREA_FED = "AREA_FED", "区域工会联合会"
    IND_FED = "IND_FED", "行业工会联合会"
    ONLINE_HOME = "ONLINE_HOME", "网上会员之家"


class UnionStatus(models.TextChoices):
    PREPARING = "PREPARING", "筹建"
    ACTIVE = "ACTIVE", "正常"
    SUSPENDED = "SUSPENDED", "暂停"
    MERGED = "MERGED", "已并入"
    DISSOLVED = "DISSOLVED", "已撤销"


class Employer(models.Model):
    """Who employs the workers. `credit_code` is the normalized 统一社会信用代码; null where only a name is known."""

    public_id = KeyField(max_length=16, unique=True, default=new_public_id)
    credit_code = KeyField(max_length=18, unique=True, null=True)
    name = models.CharField(max_length=120)
    name_key = KeyField(max_length=400)
    region = KeyField(max_length=12)
    industry = KeyField(max_length=3, default="", blank=True)
    ownership = KeyField(max_length=2, default="99")
    headcount = models.PositiveIntegerField(default=0)
    female_headcount = models.PositiveIntegerField(default=0)
    migrant_headcount = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["region", "name_key"], name="employer_by_region"),
            models.Index(fields=["name_key"], name="employer_by_name_key"),
        ]

    def __str__(self) -> str:
        return self.name


class UnionQuerySet(models.QuerySet["Union"]):
    def within(self, scope: Scope) -> UnionQuerySet:
        """Only the unions in the scope's subtrees."""
        return self.filter(db.in_scope("path", scope))

    def below(self, path: str) -> UnionQuerySet:
        """The union at `path` and everything under it."""
        return self.filter(db.subtree("path", path))


class Union(models.Model):
    """One real union, one row. `path` is its place in the leadership tree, four base-36 characters a level.

    `level`: 1 nation, 2 province, 3 city, 4 county, 5 township, 6 village or area, 7 grassroots. `last_child` numbers
    children and never goes back, so a path is never used twice. `county_id` and `city_id` are the ancestors of level 4
    and 3 in this tree, null where there is none. `successor` is who a merged union goes on in today.
    """

    public_id = KeyField(max_length=16, unique=True, default=new_public_id)
    code = KeyField(max_length=16, unique=True)
    name = models.CharField(max_length=60)
    name_key = KeyField(max_length=240)
    initials = KeyField(max_length=60)
    type = KeyField(max_length=12, choices=UnionType.choices)
    level = models.PositiveSmallIntegerField()
    status = KeyField(max_length=10, choices=UnionStatus.choices, default=UnionStatus.ACTIVE)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = KeyField(max_length=48, unique=True)
    last_child = models.PositiveIntegerField(default=0)
    county = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    city = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    industry_parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    fund_parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")
    region = KeyField(max_length=12)
    direct = models.BooleanField(default=False)
    employer = models.ForeignKey(Employer, models.PROTECT, null=True, related_name="+")
    credit_code = KeyField(max_length=18, null=True, unique=True)
    founded_on = models.DateField(null=True)
    phone = models.CharField(max_length=20, default="", blank=True)
    address = models.CharField(max_length=120, default="", blank=True)
    hours = models.CharField(max_length=60, default="", blank=True)
    notice = models.CharField(max_length=300, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Union]] = UnionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="union_name_under_parent"),
            models.UniqueConstraint(
                fields=["region"],
                condition=Q(type="ONLINE_HOME") & ~Q(status__in=["MERGED", "DISSOLVED"]),
                name="union_one_home_a_township",
            ),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=7), name="union_level"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="union_not_own_parent"),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | (Q(status="MERGED") & ~Q(successor=F("id"))),
                name="union_merged_goes_on",
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "path"], name="union_children"),
            models.Index(fields=["region", "type"], name="union_by_region"),
            models.Index(fields=["employer"], name="union_by_employer"),
            models.Index(fields=["name_key"], name="union_by_name_key"),
            models.Index(fields=["initials"], name="union_by_initials"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == UnionStatus.ACTIVE

    @property
    def is_home(self) -> bool:
        return self.type == UnionType.ONLINE_HOME


class UnionPath(models.Model):
    """Where a union stood in the tree during `[since, until)`: rolls figures up in the boundaries of that day."""

    union = models.ForeignKey(Union, models.PROTECT, related_name="paths")
    path = KeyField(max_length=48)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["union"], condition=Q(until__isnull=True), name="union_path_current"),
        ]
        indexes = [models.Index(fields=["path", "since"], name="union_path_since")]

    def __str__(self) -> str:
        return f"{self.path} {self.since}"


class UnionName(models.Model):
    """A name that a union had during `[since, until)`, from its beginning where `since` is null; its present name
    stands in the union itself.
    """

    union = models.ForeignKey(Union, models.PROTECT, related_name="names")
    name = models.CharField(max_length=60)
    name_key = KeyField(max_length=240)
    initials = KeyField(max_length=60)
    since = models.DateField(null=True)
    until = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["union", "until"], name="union_name_by_day"),
            models.Index(fields=["name_key"], name="former_name_by_key"),
            models.Index(fields=["initials"], name="former_name_by_initials"),
        ]

    def __str__(self) -> str:
        return self.name


class CoveredUnit(models.Model):
    """An employer whose workers a union represents, during `[since, until)`; one union at a time."""

    union = models.ForeignKey(Union, models.PROTECT, related_name="covered")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="covered_by")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer"], condition=Q(until__isnull=True), name="employer_covered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.union_id} covers {self.employer_id}"


class MemberUnion(models.Model):
    """A union listed by an area or trade federation during `[since, until)`; its parent stays who it is."""

    federation = models.ForeignKey(Union, models.PROTECT, related_name="member_unions")
    member = models.ForeignKey(Union, models.PROTECT, related_name="federations")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["federation", "member"], condition=Q(until__isnull=True), name="member_union_once"
            ),
            models.CheckConstraint(condition=~Q(federation=F("member")), name="member_union_not_itself"),
        ]
        indexes = [models.Index(fields=["member"], name="member_union_by_member")]

    def __str__(self) -> str:
        return f"{self.federation_id} lists {self.member_id}"


class LoadState(models.TextChoices):
    CHECKING = "checking", "正在核对"
    CHECKED = "checked", "等待写入"
    WRITING = "writing", "正在写入"
    DONE = "done", "已写入"
    DROPPED = "dropped", "已放弃"


class UnionLoad(models.Model):
    """A file of unions that somebody wants below `unit`: first only checked, then written.

    `job` is the public id of the job at work; `digest` tells the same file again. The rows go after 30 days, this row
    and its figures stay. `ignored` are headers that nobody knows; of a workbook, `sheet` is what is read of `sheets`,
    and a filter hides `hidden_rows`.
    """

    public_id = KeyField(max_length=16, unique=True, default=new_public_id)
    unit = models.ForeignKey(Union, models.PROTECT, related_name="+")
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    file_name = models.CharField(max_length=100)
    digest = KeyField(max_length=64)
    ignored = models.JSONField(default=list)
    sheet = models.CharField(max_length=255, default="", blank=True)
    sheets = models.JSONField(default=list)
    hidden_rows = models.PositiveIntegerField(default=0)
    state = KeyField(max_length=8, choices=LoadState.choices, default=LoadState.CHECKING)
    job = KeyField(max_length=16, default="", blank=True)
    rows = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-id"], name="union_load_by_account"),
            models.Index(fields=["created_at"], name="union_load_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"


class RowOutcome(models.TextChoices):
    UNCHECKED = "", "未核对"
    NEW = "new", "将新建"
    SAME = "same", "已有"
    BAD = "bad", "有错"
    OPENED = "opened", "已新建"


class UnionLoadRow(models.Model):
    """A row of such a file: `cells` as written, `values` as understood, `errors` a list of {column, label, reason}.

    `name`, `level`, `credit_code` and `employer_code` stand apart so that rows of one file find each other.
    """

    load = models.ForeignKey(UnionLoad, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    name = models.CharField(max_length=60, default="", blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    credit_code = KeyField(max_length=18, default="", blank=True)
    employer_code = KeyField(max_length=18, default="", blank=True)
    outcome = KeyField(max_length=6, choices=RowOutcome.choices, default=RowOutcome.UNCHECKED, blank=True)
    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["load", "number"], name="union_load_row")]
        indexes = [
            models.Index(fields=["load", "outcome", "level", "number"], name="union_load_row_order"),
            models.Index(fields=["load", "name"], name="union_load_row_name"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Serial(models.Model):
    """Running numbers, handed out in blocks: union codes by township and type, member numbers by year."""

    name = KeyField(max_length=40, primary_key=True)
    next = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.name} {self.next}"
