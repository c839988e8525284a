from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """A membership began, ended or changed at a union; announced in the transaction that did it.

    `counts` says by how much each measure of the union changes: `{"members": 1, "joined": 1, "real_name": 1}`.
    `union_path` is where the union stands, empty where the one who announces did not read it; `at_home` says that
    somebody has come to an online home.
    """

    person_id: int
    union_id: int
    kind: str
    on: date
    at: datetime
    counts: Mapping[str, int]
    union_path: str = ""
    at_home: bool = False


membership_changed: Announcement[MembershipChanged] = Announcement("members.membership_changed")


@dataclass(frozen=True, slots=True)
class MembershipsChanged:
    """Many memberships of one kind changed at once, as by a roster; announced in the transaction that did it.

    `changes` holds `(union_id, counts)` once a union, `counts` as in MembershipChanged and summed over its members.
    Nobody's single membership is announced besides: who counts must hear both.
    """

    kind: str
    on: date
    at: datetime
    persons: int
    changes: tuple[tuple[int, Mapping[str, int]], ...]


memberships_changed: Announcement[MembershipsChanged] = Announcement("members.memberships_changed")


@dataclass(frozen=True, slots=True)
class MembershipEnded:
    """A membership has ended, and with it what was asked for it; `note` says why, in words for the history.

    `case_id` is the case by which it ended, which goes its own way; announced in the transaction that did it.
    """

    person_id: int
    case_id: int | None
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MembershipHandedOver:
    """A membership has moved to `union_id`: what its union had to decide goes there too, the rest ends.

    `case_id` is the case by which it moved; announced in the transaction that did it.
    """

    person_id: int
    union_id: int
    case_id: int | None
    at: datetime


membership_ended: Announcement[MembershipEnded] = Announcement("members.membership_ended")
membership_handed_over: Announcement[MembershipHandedOver] = Announcement("members.membership_handed_over")
