"""What each capability tells the rest about itself, and the ports that lower rooms need of higher ones.

A capability's `scenario.py` holds one `SCENARIO`; its `apps.py` adds it when Django is ready, as does a plugged-in
package through the entry point `zhijia.scenarios`. Front doors, menus, the permission matrix and the tests read the
registry and name no capability.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from .actor import Actor, Scope, know_permissions
from .indicators import Indicator
from .personal import Corrections, PersonalData, Sweep
from .ports import FindPeople, OpenItem, ReadParameter, SendText


@dataclass(frozen=True, slots=True)
class PermissionSpec:
    """A right: `joining:application:decide`, what it is called, and the roles that carry it when they are granted.

    `machine`: another system may be given it too.
    """

    code: str
    label: str
    roles: frozenset[str]
    group: str = ""
    machine: bool = False


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """An entry in the member's service grid; `family` is the hue: red membership, blue rights, green care, amber
    leisure.
    """

    label: str
    icon: str
    url_name: str
    family: str = "red"
    order: int = 100


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the console menu, shown to who holds one of `rights` somewhere (none: to every cadre).

    `Scenario.beside_members`: a button beside the list of a unit's members; leads there with `?unit=`.
    `Scenario.for_ticked_members`: what may be done to ticked rows of that list; `group` is the line beside its button.
    """

    group: str
    label: str
    url_name: str
    rights: tuple[str, ...] = ()
    order: int = 100
    icon: str = ""


@dataclass(frozen=True, slots=True)
class PublicPage:
    label: str
    url_name: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A number or text that a law, a region or a plan sets. `unit`: wd, cd, h, min, count, share, fen, text, flag."""

    code: str
    label: str
    default: Any
    unit: str
    source: str
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A message that is sent to people; `body` and `sms` take named placeholders `{union}`. Empty `sms`: in-app
    only.
    """

    code: str
    title: str
    body: str
    sms: str = ""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A kind of audit row and how its personal part is erased: `none` holds nothing personal, `person` is cut with
    him.
    """

    code: str
    label: str
    erases: str = "person"


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a union's or member's file in the console; `build(actor, its id)` gives its context, or None."""

    on: str
    title: str
    template: str
    build: Callable[[Actor, int], Mapping[str, Any] | None]
    order: int = 100
    permission: str = ""


@dataclass(frozen=True, slots=True)
class FileUse:
    """What files are taken for: `types` of `pdf jpeg png webp xlsx csv`, at most `most_bytes` each, kept `keep_days`.

    `keep_days` None keeps them as long as what they belong to. `may_read(actor, file)` decides for everybody but the
    one who gave the file; without it nobody else reads it. `at_work` marks files of other people's data, given or made
    by virtue of a role: then `may_read` decides for him too, each time, by the rights he holds that moment.
    """

    code: str
    label: str
    types: frozenset[str]
    most_bytes: int
    keep_days: int | None = None
    may_read: Callable[[Actor, Any], bool] | None = None
    at_work: bool = False


HaveOf = Callable[[int, date], tuple[bool, str, str]]
"""Whether a union has one of the six things it should have, on a day: yes or no, the evidence, what is missing."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One capability's declaration; every field may stay empty."""

    code: str
    name: str
    member_entries: tuple[MemberEntry, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    public_pages: tuple[PublicPage, ...] = ()
    permissions: tuple[PermissionSpec, ...] = ()
    workflows: tuple[Any, ...] = ()
    parameters: tuple[ParameterSpec, ...] = ()
    messages: tuple[MessageTemplate, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    audit_events: tuple[AuditEvent, ...] = ()
    panels: tuple[Panel, ...] = ()
    beside_members: tuple[MenuItem, ...] = ()
    for_ticked_members: tuple[MenuItem, ...] = ()
    personal_data: tuple[PersonalData, ...] = ()
    corrections: Corrections | None = None
    sweeps: tuple[Sweep, ...] = ()
    settings_rows: tuple[MenuItem, ...] = ()
    case_links: Mapping[str, CaseLink] = field(default_factory=dict)
    file_uses: tuple[FileUse, ...] = ()
    open_items: tuple[Callable[[int], OpenItem], ...] = ()
    haves: Mapping[str, HaveOf] = field(default_factory=dict)
    demo: Callable[[Any], None] | None = None


@dataclass(frozen=True, slots=True)
class CaseLink:
    """Where a case of a workflow opens: URL names that take the case's public id as `pid`; empty means no page there.

    `menu` is the menu line whose number counts these cases.
    """

    member: str = ""
    console: str = ""
    menu: str = ""


class UnitDirectory(Protocol):
    """What foundation may ask of the tree of units without knowing what a unit is."""

    def path(self, unit_id: int) -> str:
        """Raises NotFound."""

    def parent(self, unit_id: int) -> int | None: ...

    def find(self, code: str) -> int | None:
        """The unit with this printed code; None for an unknown one and for a unit that is closed."""

    def names(self, unit_ids: Iterable[int]) -> dict[int, str]: ...

    def within(self, scope: Scope) -> Any:
        """The ids of all units of a scope, as something to stand in `unit_id__in`: a query, not a list."""

    def region(self, unit_id: int) -> str:
        """The 12-digit region code that parameters are looked up by."""

    def top(self, unit_id: int) -> int:
        """The unit that stands above all others of its tree. Raises NotFound."""

    def holders(self, unit_id: int, permission: str, today: date) -> Sequence[tuple[int, frozenset[int]]]:
        """Who can act: `[(unit, {person ids}), ...]`, the unit itself and its upper ones where a living grant carries
        `permission`, nearest first.
        """

    def nearest_holder(
        self, unit_id: int, permission: str, today: date, *, besides: frozenset[int] = frozenset()
    ) -> int:
        """The first unit of `holders` with a person who is not among `besides`; the unit itself where nobody is
        left.
        """


class PersonDirectory(Protocol):
    """What foundation may know of persons."""

    def names(self, person_ids: Iterable[int]) -> dict[int, str]:
        """Masked, for lists; one query."""

    def named(self, words: str) -> Any:
        """The ids of persons whose name begins so, as something to stand in `person_id__in`: a query, not a list."""

    def full_name(self, person_id: int) -> str:
        """For who decides a case of his. Raises NotFound."""

    def facts(self, person_id: int) -> list[tuple[str, str]]:
        """`[("证件", "3706**********0147"), ...]`: what a case tells of whose matter it is, numbers masked."""


@dataclass(frozen=True, slots=True)
class StaffStanding:
    """What the console's sign-in must know of an account: `name` is masked, `strong` asks for more than a text."""

    is_staff: bool = False
    strong: bool = False
    name: str = ""


NoteExport = Callable[[Actor, str, Mapping[str, Any], datetime], None]


class Registry:
    """All scenarios of this process, in the order in which they were added."""

    def __init__(self) -> None:
        self._scenarios: dict[str, Scenario] = {}
        self._permissions: dict[str, PermissionSpec] = {}
        self._parameters: dict[str, ParameterSpec] = {}
        self._messages: dict[str, MessageTemplate] = {}
        self._workflows: dict[str, Any] = {}
        self._audit_events: dict[str, AuditEvent] = {}
        self._file_uses: dict[str, FileUse] = {}
        self._units: UnitDirectory | None = None
        self._mobile_of: Callable[[int], str] | None = None
        self._standing: Callable[[int, date], StaffStanding] | None = None
        self._holds_role: Callable[[int, date], bool] | None = None
        self._send_text: SendText | None = None
        self._note_export: NoteExport | None = None
        self._persons: PersonDirectory | None = None
        self._parameter: ReadParameter | None = None
        self._find_people: FindPeople | None = None
        self._unit_of: Callable[[int], int] | None = None
        self._role_labels: dict[str, str] = {}

    def add(self, scenario: Scenario) -> None:
        """Raises ValueError where a code, permission, parameter or workflow is declared twice."""
        if self._scenarios.get(scenario.code) is scenario:
            return
        if scenario.code in self._scenarios:
            raise ValueError(f"scenario {scenario.code} is declared twice")
        self._scenarios[scenario.code] = scenario
        tables: tuple[tuple[dict[str, Any], tuple[Any, ...]], ...] = (
            (self._permissions, scenario.permissions),
            (self._parameters, scenario.parameters),
            (self._messages, scenario.messages),
            (self._workflows, scenario.workflows),
            (self._audit_events, scenario.audit_events),
            (self._file_uses, scenario.file_uses),
        )
        for kept, declared in tables:
            for item in declared:
                if item.code in kept:
                    raise ValueError(f"{item.code} is declared twice")
                kept[item.code] = item

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        return tuple(self._scenarios.values())

    @property
    def permissions(self) -> Mapping[str, PermissionSpec]:
        return self._permissions

    @property
    def parameters(self) -> Mapping[str, ParameterSpec]:
        return self._parameters

    @property
    def messages(self) -> Mapping[str, MessageTemplate]:
        return self._messages

    @property
    def audit_events(self) -> Mapping[str, AuditEvent]:
        return self._audit_events

    @property
    def file_uses(self) -> Mapping[str, FileUse]:
        return self._file_uses

    @property
    def workflows(self) -> Mapping[str, Any]:
        return self._workflows

    def workflow(self, code: str) -> Any:
        return self._workflows[code]

    def permissions_of(self, role: str) -> frozenset[str]:
        return frozenset(code for code, spec in self._permissions.items() if role in spec.roles)

    def case_link(self, workflow: str) -> CaseLink:
        for scenario in self.scenarios:
            if workflow in scenario.case_links:
                return scenario.case_links[workflow]
        return CaseLink()

    def menu_of_cases(self, namespace: str) -> str:
        """The menu line of the cases whose pages stand in a namespace of their own, `administration:parameter-changes`;
        empty for any other namespace.
        """
        links = (link for scenario in self.scenarios for link in scenario.case_links.values() if ":" in namespace)
        return next((link.menu for link in links if link.console.rpartition(":")[0] == namespace), "")

    def menu(self, actor: Actor) -> list[tuple[str, list[MenuItem]]]:
        """Console menu for this actor: `[("组织", [MenuItem, ...]), ...]`, groups in the order of their first line."""
        lines = sorted(
            (
                item
                for scenario in self.scenarios
                for item in scenario.menu
                if not item.rights or any(actor.holds(right) for right in item.rights)
            ),
            key=lambda item: item.order,
        )
        groups: dict[str, list[MenuItem]] = {}
        for item in lines:
            groups.setdefault(item.group, []).append(item)
        return list(groups.items())

    def member_entries(self) -> list[MemberEntry]:
        return sorted((e for scenario in self.scenarios for e in scenario.member_entries), key=lambda e: e.order)

    def public_pages(self) -> list[PublicPage]:
        return sorted((p for scenario in self.scenarios for p in scenario.public_pages), key=lambda p: p.order)

    @property
    def haves(self) -> dict[str, HaveOf]:
        """The capabilities' answers about the six things a union should have, by code."""
        return {code: answer for scenario in self._scenarios.values() for code, answer in scenario.haves.items()}

    def indicators(self) -> list[Indicator]:
        return sorted((i for scenario in self.scenarios for i in scenario.indicators), key=lambda i: i.order)

    def panels(self, on: str, actor: Actor) -> list[Panel]:
        return sorted(
            (
                panel
                for scenario in self.scenarios
                for panel in scenario.panels
                if panel.on == on and (not panel.permission or actor.holds(panel.permission))
            ),
            key=lambda panel: panel.order,
        )

    @property
    def units(self) -> UnitDirectory:
        if self._units is None:
            raise RuntimeError("no room has offered the tree of units")
        return self._units

    def mobile_of(self, person_id: int) -> str:
        """The number a text message to this person goes to; empty where there is none."""
        return self._mobile_of(person_id) if self._mobile_of else ""

    def offer_mobiles(self, mobile_of: Callable[[int], str]) -> None:
        self._mobile_of = mobile_of

    def standing(self, account_id: int, today: date) -> StaffStanding:
        """Whether somebody behind this account works in a union; nobody does while no room answers."""
        return self._standing(account_id, today) if self._standing else StaffStanding()

    def offer_standing(self, standing: Callable[[int, date], StaffStanding]) -> None:
        self._standing = standing

    def holds_role(self, person_id: int, today: date) -> bool:
        """Whether a person holds a role in a union, begins one later, or is asked for; nobody while no room answers."""
        return self._holds_role(person_id, today) if self._holds_role else False

    def offer_role_holders(self, holds_role: Callable[[int, date], bool]) -> None:
        self._holds_role = holds_role

    def send_text(self, code: str, number: str, context: Mapping[str, Any], *, now: datetime) -> None:
        """For rooms below `notify`. Raises RuntimeError where no room sends texts."""
        if self._send_text is None:
            raise RuntimeError("no room sends text messages")
        self._send_text(code, number, context, now=now)

    def offer_texts(self, send_text: SendText) -> None:
        self._send_text = send_text

    def note_export(self, actor: Actor, listing: str, detail: Mapping[str, Any], *, now: datetime) -> None:
        """For rooms below `audit`: a list was taken along. Raises RuntimeError where no room keeps the trail."""
        if self._note_export is None:
            raise RuntimeError("no room keeps the trail")
        self._note_export(actor, listing, detail, now)

    def offer_notes_of_exports(self, note: NoteExport) -> None:
        self._note_export = note

    def parameter(self, code: str, *, on: date, region: str = "") -> Any:
        """For rooms below `parameters`: the value in force, or the declared default where no room keeps values."""
        if self._parameter is None:
            return self._parameters[code].default
        return self._parameter(code, on=on, region=region)

    def offer_parameters(self, parameter: ReadParameter) -> None:
        self._parameter = parameter

    def find_people(self, actor: Actor, text: str, *, limit: int = 10, by: str = "") -> Sequence[int]:
        """For rooms below the rosters; nobody is found while no room keeps one."""
        return self._find_people(actor, text, limit=limit, by=by) if self._find_people else ()

    def offer_people(self, find_people: FindPeople) -> None:
        self._find_people = find_people

    def personal_data(self) -> list[PersonalData]:
        """Every capability's part, those that tell who he is at the end."""
        return sorted((p for scenario in self.scenarios for p in scenario.personal_data), key=lambda part: part.last)

    def corrections(self) -> list[Corrections]:
        """What a person may ask to have put right, in their order."""
        found = [scenario.corrections for scenario in self.scenarios if scenario.corrections is not None]
        return sorted(found, key=lambda corrections: corrections.order)

    def open_items(self, unit_id: int) -> list[OpenItem]:
        """What keeps a unit from ending; empty where everything is settled."""
        found = [counted(unit_id) for scenario in self.scenarios for counted in scenario.open_items]
        return [item for item in found if item.count]

    def sweeps(self) -> list[Sweep]:
        return [sweep for scenario in self.scenarios for sweep in scenario.sweeps]

    def unit_of(self, person_id: int) -> int:
        """The unit whose upper ones answer for a person's data. Raises RuntimeError where no room keeps a roster."""
        if self._unit_of is None:
            raise RuntimeError("no room says where a person belongs")
        return self._unit_of(person_id)

    def role_label(self, role: str) -> str:
        """What a role is called; its code where no room names it."""
        return self._role_labels.get(role, role)

    def offer_roles(self, labels: Mapping[str, str]) -> None:
        self._role_labels = dict(labels)

    def offer_unit_of(self, unit_of: Callable[[int], int]) -> None:
        self._unit_of = unit_of

    def offer_units(self, directory: UnitDirectory) -> None:
        self._units = directory

    @property
    def persons(self) -> PersonDirectory:
        """Raises RuntimeError where no room knows persons."""
        if self._persons is None:
            raise RuntimeError("no room knows persons")
        return self._persons

    def offer_persons(self, directory: PersonDirectory) -> None:
        self._persons = directory


registry = Registry()
know_permissions(lambda code: code in registry.permissions)
