"""What all who play cases in the demonstration share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.organization.access import actors
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.services import applications
from zhijia.organization.members.rules import NEW_FORM_GROUPS
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import Person, Purpose
from zhijia.organization.unions import selectors as union_selectors
from zhijia.organization.unions.models import Employer, Union

from .invention import Inventor
from .staff import person_of


@dataclass
class Stage:
    """What the case makers share: the stream, the unions of the guide, the day, and whom the guide names."""

    inventor: Inventor
    unions: dict[str, Union]
    now: datetime
    named: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def actor(self, person: Person, *, staff: bool = False) -> Actor:
        return actors.actor_of(person.account_id or 0, today=self.today, staff=staff, address="127.0.0.1")

    def holder(self, role: str, union: str, *, nth: int = 0) -> Actor:
        grants = RoleGrant.objects.filter(role=role, union=self.unions[union], in_force=True).order_by("id")
        return self.actor(grants[nth].person, staff=True)

    def workdays_ago(self, count: int) -> datetime:
        """The same hour so many working days back."""
        calendar = parameters.calendar()
        moment = self.now
        while count > 0:
            moment -= timedelta(days=1)
            count -= calendar.is_workday(timezone.localdate(moment))
        return moment

    def applicant(self, *, level: int = 3, sequence: int | None = None, rural: float = 0.35) -> Person:
        """An invented person with an account; `rural` is the chance that his household stands in a village."""
        female = self.inventor.share(0.5)
        person = person_of(
            self.inventor,
            self.inventor.name(female),
            self.inventor.mobile(),
            now=self.now,
            female=female,
            level=level,
            sequence=sequence,
            rural=self.inventor.share(rural),
        )
        people_services.give_consents(
            self.actor(person), Purpose.values, channel="web", now=self.now - timedelta(days=30)
        )
        return person

    def take_in(
        self, person: Person, union: str, *, at: datetime, employer: Employer | None = None, group: str = ""
    ) -> None:
        """A member as a roster makes one: no case, employed where the union stands or at `employer`, or of a `group`
        of the new forms of work, as who comes to a home without an employer always is.
        """
        target = union_selectors.get_facts(self.unions[union].pk)
        if target.is_home and employer is None:
            group = group or self.inventor.random.choice(list(NEW_FORM_GROUPS))
        memberships.open_membership(
            SYSTEM,
            people.get_facts(person.pk),
            target,
            now=at,
            work_form="platform" if group else "employed",
            new_form_group=group,
            occupation="",
            is_migrant=bool(person.rural_hukou),
            employer_id=employer.pk if employer else target.employer_id,
            employer_text=employer.name if employer else "",
            case_id=None,
        )

    def submit(
        self, union: str, *, at: datetime, form: JoinForm | None = None, person: Person | None = None
    ) -> tuple[Person, str]:
        person = person or self.applicant()
        target = self.unions[union]
        home = target.type == "ONLINE_HOME"
        said = form or (
            JoinForm("platform", new_form_group="FOOD_RIDER", fallback_by="workplace", employer_text="迅达同城配送站")
            if home
            else JoinForm(
                "employed", employer_text=target.employer.name if target.employer else "莱阳市恒信商贸有限公司"
            )
        )
        said = replace(said, rural_hukou=person.rural_hukou)
        result = applications.submit(self.actor(person), target.pk, said, channel="web", now=at)
        assert result.case is not None  # noqa: S101  an applicant of our own is no member yet
        return person, result.case.public_id
