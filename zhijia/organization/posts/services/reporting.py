"""What a congress decided, as it is reported: who stood, with how many votes. In the caller's transaction.

Source: docs/rules/posts.md#elections
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhijia.kernel.actor import Actor
from zhijia.kernel.db import insert_rows
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.organization.people import services as people
from zhijia.organization.posts.models import Candidate
from zhijia.organization.posts.rules.elections import Election, broken


def record_election(actor: Actor, case_id: int, lines: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Who stood, in place of what was reported before. Numbers are not kept in the case: they lead to persons.

    Raises Invalid `case.candidates` naming each wrong line.
    """
    today = timezone.localdate(now)
    rows, wrong = [], []
    for number, line in enumerate(lines, start=1):
        try:
            identity = people.read_identity(line["name"], line["id_type"], line["id_number"], today=today)
            person_id = people.enter_person(actor, identity, now=now)
        except Invalid as error:
            wrong.append(f"第 {number} 行：{error.message}")
            continue
        rows.append(
            {
                "case_id": case_id,
                "person_id": person_id,
                "post": line["post"],
                "votes": line["votes"],
                "elected": line["elected"] == "YES",
                "bar": line["bar"] or "NONE",
            }
        )
    twice = len({(row["person_id"], row["post"]) for row in rows}) < len(rows)
    if twice:
        wrong.append("同一人在同一职务只能列一行。")
    if wrong:
        words = "".join(wrong[:5])
        raise Invalid("case.candidates", words, fields={"candidates": words})
    Candidate.objects.filter(case_id=case_id).delete()
    insert_rows(Candidate, rows)


def require_right(election: Election | None) -> None:
    """Raises RuleBroken `election.rules` with a sentence for every rule that was broken."""
    if election is None:
        raise RuleBroken("election.missing", "还没有登记选举情况。")
    found = broken(election)
    if found:
        said = "；".join(f"{one.text}（{one.value}）" if one.value else one.text for one in found)
        raise RuleBroken("election.rules", f"选举不符合规定，须依法重新选举：{said}。")
